# make build makes the binary. Paths start from the directory of this file.
plugin "ldap" {
  binary = "../../../bin/ldap-plugin"

  # Where the trusted certificates of the machine are, when not in the usual place.
  env = ["SSL_CERT_FILE", "SSL_CERT_DIR"]

  config {
    data_dir = "data"
  }
}
