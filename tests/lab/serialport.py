# SPDX-License-Identifier: GPL-3.0-or-later
"""serialport.py SOCKET: this terminal becomes the one at the machine's serial port."""
import os
import select
import socket
import sys
import tty

port = socket.socket(socket.AF_UNIX)
port.connect(sys.argv[1])
tty.setraw(0)
os.write(1, b"(at the serial port)\r\n")
while True:
    for ready in select.select([0, port], [], [])[0]:
        data = os.read(0, 4096) if ready == 0 else port.recv(4096)
        if not data:
            sys.exit(0)
        if ready == 0:
            port.sendall(data)
        else:
            os.write(1, data)
