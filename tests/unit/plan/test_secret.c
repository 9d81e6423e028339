/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/test.h"

#include <string.h>

#include "src/plan/secret.h"

#define VM "/etc/pve/nodes/pve1/qemu-server/100.conf"
#define IFACES "/etc/network/interfaces"
#define W PG_SECRET_WORD

static const struct {
	const char *path, *in, *out;
	size_t n;
} row[] = {
	/* VMs */
	{ VM, "cipassword: $5$abc$def\n", "cipassword: " W "\n", 1 },
	{ VM, "cipassword: two words\n", "cipassword: " W "\n", 1 },
	{ VM, "sshkeys: ssh-rsa%20AAAAB3\n", "sshkeys: " W "\n", 1 },
	{ VM, "args: -vnc :1,password=hunter2,x=1 -cpu host\n", "args: -vnc :1,password=" W ",x=1 -cpu host\n", 1 },
	{ VM, "args: -object secret,id=s0,data=hunter2,format=raw\n",
	  "args: -object secret,id=s0,data=" W ",format=raw\n", 1 },
	{ VM, "#Administrator password%3A hunter2 and more\n", "#" W "\n", 1 },
	{ VM, "# the password is hunter2\n", "#" W "\n", 1 },
	{ VM, "#Administrator / hunter2\n#\nname: x\n", "#" W "\n#\nname: x\n", 1 },
	{ VM, "#yes\n", "#yes\n", 0 },
	{ VM, "description: pw=hunter2\n", "description: " W "\n", 1 },
	{ VM, "hostpci0: 0000:01:00,pcie=1\nscsi0: local:vm-100-disk-0,size=32G\n",
	  "hostpci0: 0000:01:00,pcie=1\nscsi0: local:vm-100-disk-0,size=32G\n", 0 },
	/* the network */
	{ IFACES, "\twpa-psk hunter2\n\twpa-ssid home\n", "\twpa-psk " W "\n\twpa-ssid home\n", 1 },
	{ IFACES, "  wireless-key s:hunter2\n", "  wireless-key " W "\n", 1 },
	{ IFACES, "  post-up iwconfig wlan0 key s:hunter2\n", "  post-up iwconfig wlan0 key " W "\n", 1 },
	{ IFACES, "  up wpa_passphrase home hunter2 >/run/x\n", "  up wpa_passphrase " W "\n", 1 },
	{ IFACES, "\tup curl -u me:hunter2\n", "\tup curl -u " W "\n", 1 },
	{ IFACES, "\taddress 192.168.1.10/24\n", "\taddress 192.168.1.10/24\n", 0 },
	/* the loader */
	{ "/boot/grub/grub.cfg", "password_pbkdf2 root grub.pbkdf2.sha512.10000.AA.BB\n",
	  "password_pbkdf2 " W "\n", 1 },
	{ "/boot/grub/grub.cfg", "set superusers=\"root\"\npassword root hunter2\n",
	  "set superusers=\"root\"\npassword " W "\n", 1 },
	{ "/boot/grub/grub.cfg", "\tlinux /vmlinuz root=/dev/sda1 api_token=hunter2 quiet\n",
	  "\tlinux /vmlinuz root=/dev/sda1 api_token=" W " quiet\n", 1 },
	{ "/etc/default/grub", "GRUB_PASSWORD=\"hunter2 x\"\nGRUB_TIMEOUT=5\n",
	  "GRUB_PASSWORD=\"" W "\"\nGRUB_TIMEOUT=5\n", 1 },
	{ "/proc/cmdline", "BOOT_IMAGE=/vmlinuz systemd.setenv=TOKEN=hunter2 quiet\n",
	  "BOOT_IMAGE=/vmlinuz systemd.setenv=TOKEN=" W " quiet\n", 1 },
	/* storages, shares, addresses with a name in them */
	{ "/etc/pve/storage.cfg", "cifs: nas\n\tusername u\n\tpassword hunter2\n",
	  "cifs: nas\n\tusername u\n\tpassword " W "\n", 1 },
	{ "/etc/fstab", "//nas/x /mnt cifs username=u,password=hunter2,ro 0 0\n",
	  "//nas/x /mnt cifs username=u,password=" W ",ro 0 0\n", 1 },
	{ "/etc/x.conf", "url = https://me:hunter2@example.org/x\n", "url = https://me:" W "@example.org/x\n", 1 },
	{ VM, "scsi1: iscsi://me%hunter2@10.0.0.1/x,size=1G\n", "scsi1: iscsi://me%" W "@10.0.0.1/x,size=1G\n", 1 },
	{ "/etc/x.conf", "url = https://me@example.org:80/x\n", "url = https://me@example.org:80/x\n", 0 },
	{ "/etc/nut/ups.conf", "\tcommunity = hunter2\n", "\tcommunity = " W "\n", 1 },
	{ "/etc/x.conf", "export SECRET_KEY='hunter2 x' # why\n", "export SECRET_KEY='" W "' # why\n", 1 },
	{ "/etc/x.json", "{\"token\": \"hunter2\", \"a\": 1}\n", "{\"token\": \"" W "\", \"a\": 1}\n", 1 },
	{ "/etc/x.pem.conf", "a\n-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n-----END OPENSSH PRIVATE KEY-----\nb\n",
	  "a\n" W "\n" W "\n" W "\nb\n", 3 },
	/* logs */
	{ "/var/log/pve/tasks/1/UPID", "mount error: password=hunter2, exit 1\n",
	  "mount error: password=" W ", exit 1\n", 1 },
	{ "/var/lib/pve-gpu/capture/kernel.log", "systemd: Forward Password Requests to Wall\n",
	  "systemd: Forward Password Requests to Wall\n", 0 },
	/* what is none */
	{ "/etc/ssh/sshd_config", "PasswordAuthentication no\nPort 2222\n",
	  "PasswordAuthentication no\nPort 2222\n", 0 },
	{ "/var/lib/dpkg/status", "Description: password = hunter2\n", "Description: password = hunter2\n", 0 },
	{ VM, "cipassword: " W "\n", "cipassword: " W "\n", 0 },
	{ "/etc/empty", "", "", 0 },
	{ "/etc/x", "password=", "password=", 0 },
	{ "/etc/x", "password", "password", 0 },
};

static void test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < PG_ARRAY_SIZE(row); i++) {
		const struct pg_bytes in = { (char *)(uintptr_t)row[i].in, strlen(row[i].in) };
		struct pg_bytes out PG_CLEANUP(pg_bytes_done) = { 0 };
		struct pg_bytes again PG_CLEANUP(pg_bytes_done) = { 0 };
		size_t n = 0;

		assert_int_equal(pg_secret_hide(row[i].path, &in, &out, &n), 0);
		assert_string_equal(out.p, row[i].out);
		assert_int_equal(n, row[i].n);
		assert_int_equal(pg_secret_hide(row[i].path, &out, &again, &n), 0);
		assert_string_equal(again.p, row[i].out);
		assert_int_equal(n, 0);
	}
}

/* A byte that ends no text ends no search either. */
static void test_nul(void **state)
{
	const struct pg_bytes in = { (char *)(uintptr_t)"a\0password=hunter2\n", 19 };
	struct pg_bytes out PG_CLEANUP(pg_bytes_done) = { 0 };
	size_t n = 0;

	(void)state;
	assert_int_equal(pg_secret_hide("/etc/x", &in, &out, &n), 0);
	assert_int_equal(n, 1);
	assert_memory_equal(out.p, "a\0password=" W "\n", out.n);
}

static void test_files(void **state)
{
	(void)state;
	assert_true(pg_secret_is_file("/etc/shadow"));
	assert_true(pg_secret_is_file("/etc/shadow-"));
	assert_true(pg_secret_is_file("/etc/pve/priv/storage/nas.pw"));
	assert_true(pg_secret_is_file("/etc/pve/nodes/pve1/pve-ssl.key"));
	assert_true(pg_secret_is_file("/etc/ssh/ssh_host_ed25519_key"));
	assert_true(pg_secret_is_file("/root/.ssh/id_rsa"));
	assert_false(pg_secret_is_file("/etc/ssh/sshd_config"));
	assert_false(pg_secret_is_file("/etc/pve/storage.cfg"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
