# The one file that an operator writes. Paths start from the directory of this file.
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
  }
}
