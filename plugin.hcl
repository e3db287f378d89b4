# The one file that an operator writes. Paths start from the directory of this file. docs/plugin-hcl.md explains every key.
plugin "smtp" {
  # The plugin's binary. It must not be writable by group or others.
  binary = "bin/smtp-plugin"

  # When set, a binary with another checksum is refused before it runs (sha256sum bin/smtp-plugin).
  # sha256 = "…"

  # What the plugin may see of the host's environment; nothing else is passed on. SMTP_SERVER, SMTP_PORT and so on fix
  # the fields of the page.
  env = ["SSL_CERT_FILE", "SSL_CERT_DIR", "SMTP_*"]

  config {
    # The database and the key file live here. It is made at the first start, readable for its owner only.
    data_dir = "data"

    # Several Consoles share one database and one key:
    # database = "postgres://console@db.example:5432/console?sslmode=verify-full"
    # key      = "env://SMTP_PLUGIN_KEY"   # or "file:///run/secrets/key", or "transit://vault.example:8200/transit/smtp"

    # Where tests may connect to, and whom they may name as recipient:
    # allow           = ["10.0.0.0/8", "192.0.2.25"]
    # test_recipients = ["@email.com"]
  }
}
