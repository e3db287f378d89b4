package diagnosis

// general are causes in one English sentence, for codes all of whose wordings have values.
var general = map[string]string{ //nolint:gosec // They are names of causes, no credentials.
	"address_not_permitted":     "Connections to the mail server are not permitted here.",
	"captive_portal":            "A web page of the network has answered instead of the mail server.",
	"certificate_without_names": "The server's certificate names no host.",
	"certificate_wrong_host":    "The server's certificate is for another host.",
	"connection_refused":        "The mail server is there, but nothing answers on its port.",
	"connection_reset":          "The connection to the mail server was torn down at once.",
	"greeting_closed":           "The mail server closed the connection without a word.",
	"greeting_reset":            "The connection to the mail server was torn down before it said anything.",
	"greeting_timeout":          "The mail server accepted the connection but never said anything.",
	"hello_name_refused":        "The server does not accept the name under which this machine introduces itself.",
	"host_silent":               "The mail server does not answer at all from here.",
	"host_unreachable":          "There is no way from this machine to the mail server.",
	"name_invalid":              "What is set cannot be the name of a server.",
	"name_lookup_failed":        "The name of the mail server could not be looked up.",
	"name_lookup_timeout":       "The name servers did not answer in time when asked for the mail server.",
	"name_not_found":            "There is no mail server of that name.",
	"network_failure":           "The connection to the mail server failed.",
	"no_usable_address":         "The name of the mail server has no address that can be connected to.",
	"not_smtp":                  "The port does not speak SMTP.",
	"plain_expected_tls":        "The port expects an encrypted connection from the start.",
	"port_blocked":              "The port of the mail server does not answer: something swallows the packets.",
	"proxy_header_expected":     "The port is meant for a load balancer, not for mail programs.",
	"proxy_refused":             "The proxy did not connect to the mail server.",
	"smtp_redirected":           "Another server has answered: something on the way redirects mail connections.",
	"starttls_not_offered":      "The server offers no encryption, which the settings demand.",
	"tls_expected_plain":        "The port answered in plain text where an encrypted connection was expected.",
	"tls_unrecognized_name":     "The server does not know itself under its name.",
	"wrong_protocol":            "The port is no mail server for sending.",
	"wrong_protocol_ftp":        "The port is no mail server: it speaks FTP.",
	// Those that are found otherwise.
	"server_refuses_everything":    "The server refuses every message.",
	"certificate_expires_soon":     "The server's certificate expires soon.",
	"pinned_certificate_ends_soon": "The pinned certificate expires soon.",
	"ca_certificate_ends_soon":     "The additional CA certificate expires soon.",
	"certificate_ends_soon":        "The certificate of the application expires soon.",
	"secret_ends_soon":             "The client secret ends soon.",
	"secret_ended":                 "By its date the client secret has ended.",
	"grant_ends_soon":              "The sign-in ends soon.",
	"grant_ended":                  "By its date the sign-in has ended.",
	"secret_unreadable":            "A stored secret cannot be read.",
}

// General is what a code means, in one English sentence of this program's own: no name, no address and no word of a
// server is in it, so it may be told to others. It is empty for a code that it does not know.
func General(code string) string {
	if said, known := general[code]; known {
		return said
	}
	words := causes()[code].words
	for i := len(words) - 1; i >= 0; i-- { // The last ones are for everybody.
		if words[i].provider == "" && len(words[i].summary.Names()) == 0 {
			return string(words[i].summary)
		}
	}
	for _, one := range words {
		if len(one.summary.Names()) == 0 {
			return string(one.summary)
		}
	}
	return ""
}
