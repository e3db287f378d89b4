package typed

import (
	"fmt"
	"strings"
	"testing"
)

// written is a server in one line: host[:port][ tls][ login=name].
func (s Server) written() string {
	line := s.Host
	if s.Port > 0 {
		line += fmt.Sprintf(" %d", s.Port)
	}
	if s.Encrypted {
		line += " tls"
	}
	if s.Login != "" {
		line += " login=" + s.Login
	}
	return line
}

// pastedServers are what people paste, and what it comes to.
var pastedServers = map[string]string{
	"smtp.email.com":                      "smtp.email.com",
	"smtp://smtp.email.com:587":           "smtp.email.com 587",
	"smtps://u:p@smtp.email.com":          "smtp.email.com tls login=u",
	"smtps://me%40x.com:p@h.com:465":      "h.com 465 tls login=me@x.com",
	"smtp+starttls://h.com:587/":          "h.com 587 tls",
	"https://h.com/":                      "h.com",
	"https//h.com/mail/u/0/#inbox":        "h.com",
	"https://h.com:2096/webmail":          "h.com",
	"https://smtp.email.com:2525/x":       "smtp.email.com 2525",
	"h.com:587/tls":                       "h.com 587 tls",
	"h.com:587/starttls":                  "h.com 587 tls",
	"h.com:587/tcp":                       "h.com 587",
	"h.com 587":                           "h.com 587",
	"h.com, 587":                          "h.com 587",
	"h.com:":                              "h.com",
	"h.com:0":                             "h.com",
	"h.com:99999":                         "h.com",
	"h.com port 587":                      "h.com 587",
	"h.com port 4711":                     "h.com 4711",
	"h.com:587 (STARTTLS)":                "h.com 587 tls",
	"h.com (no TLS) 25":                   "h.com 25",
	"Server: h.com, Port: 465, SSL":       "h.com 465 tls",
	"Outgoing server (SMTP): smtp.h.com":  "smtp.h.com",
	"h.com:465":                           "h.com 465 tls",
	"h.com:ssl:465":                       "h.com 465 tls",
	"h.com 587 or 465":                    "h.com 465 tls|h.com 587",
	"[2001:db8::1]:25":                    "2001:db8::1 25",
	"2001:db8::1 587":                     "2001:db8::1 587",
	"[IPv6:2001:db8::1]":                  "2001:db8::1",
	"192.0.2.1:25":                        "192.0.2.1 25",
	"192.000.002.001":                     "192.0.2.1",
	"ssl://h.com":                         "h.com tls",
	"tls://h.com:465":                     "h.com 465 tls",
	`\\h`:                                 "h",
	`\\h\share`:                           "",
	"h/":                                  "h",
	"//h.com":                             "h.com",
	"relay:587":                           "relay 587",
	"smtp:1025":                           "smtp 1025",
	"localhost:25":                        "localhost 25",
	"anna@smtp.email.com":                 "smtp.email.com login=anna",
	"anna:pw@h.com:587":                   "h.com 587 login=anna",
	"smtp.email.com:587:anna@email.com:x": "smtp.email.com 587 login=anna@email.com",
	"h.com:587:anna":                      "h.com 587 login=anna",
	"smtp.h.com 587 anna@h.com":           "smtp.h.com 587 login=anna@h.com",
	"anna@email.com":                      "",
	"h.com. 3600 IN MX 10 mx1.h.com.":     "mx1.h.com",
	"10 mx1.h.com.":                       "mx1.h.com",
	"h.com mail exchanger = 10 mx1.h.com": "mx1.h.com",
	"_submission._tcp.h.com. 300 IN SRV 0 1 587 mail.h.com.": "mail.h.com 587",
	"smtp–relay.h.com":                 "smtp-relay.h.com",
	"smtp\u00adrelay.h.com":            "smtprelay.h.com",
	"ѕmtp.gmаil.com":                   "smtp.gmail.com",
	"ｓｍｔｐ．ｇｍａｉｌ．ｃｏｍ":                   "smtp.gmail.com",
	"smtp。h。com":                       "smtp.h.com",
	"smtp.h.com\u200b":                 "smtp.h.com",
	"smtp.h.com\u00a0587":              "smtp.h.com 587",
	"\"smtp.h.com\"":                   "smtp.h.com",
	"“smtp.h.com”":                     "smtp.h.com",
	"<smtp.h.com>":                     "smtp.h.com",
	"smtp.h.com.,;":                    "smtp.h.com",
	"smtp. h.com":                      "smtp.h.com",
	"smtp .h.com":                      "smtp.h.com",
	"smtp.h. com":                      "smtp.h.com",
	"smtp.h,com":                       "smtp.h.com",
	"smtp..h.com":                      "smtp.h.com",
	"smtp email com":                   "smtp.email.com",
	"[smtp.h.com](http://smtp.h.com)":  "smtp.h.com",
	"smtp.h.com\r\nRSET":               "smtp.h.com",
	"SMTP_SERVER=smtp.h.com":           "smtp.h.com",
	"&lt;smtp.h.com&gt;":               "smtp.h.com",
	"smtp.h.com%3A587":                 "smtp.h.com 587",
	"%20smtp.h.com":                    "smtp.h.com",
	"smtp@h.com":                       "smtp.h.com",
	"ssh me@h.com":                     "",
	"smtp,h,com":                       "smtp.h.com",
	"192,0,2,1":                        "192.0.2.1",
	"smtp.h.com (port587)":             "smtp.h.com 587",
	"smtp\u2027h\u2027com":             "smtp.h.com",
	"「smtp.h.com」":                     "smtp.h.com",
	"telnet smtp.h.com 25":             "smtp.h.com 25",
	`{"host":"smtp.h.com","port":587}`: "smtp.h.com 587",
	"fe80::1%eth0":                     "fe80::1%eth0",
	"почта.рф:25":                      "почта.рф 25",
	"my_relay.h.com:25":                "my_relay.h.com 25",
	"":                                 "",
	"???":                              "",
	strings.Repeat("x ", 5000):         "",
}

// TestServers reads what people paste where the name of a server belongs.
func TestServers(t *testing.T) {
	for text, want := range pastedServers {
		var got []string
		for _, one := range Servers(text) {
			got = append(got, one.written())
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestPorts reads what people paste where a port belongs.
func TestPorts(t *testing.T) {
	for text, want := range map[string]string{
		"587 (STARTTLS)": "587 tls", "SSL 465": "465 tls", "25,587": "587|25", "465 or 587": "465 tls|587",
		"587tls":    "587 tls",
		"port 2525": "2525", ":587": "587", "587.": "587", "５８７": "587", "٥٨٧": "587",
		"2,525": "2525", "2 525": "2525",
		"5 8 7": "587", "–587": "587", "587\u200b": "587", "587/tcp": "587", "submission": "587", "smtps": "465 tls",
		"465 without SSL": "465 tls", "587 (no TLS)": "587", "0": "", "99999": "", "many": "", "": "", "26000": "26000",
		"587, 587": "587",
	} {
		var got []string
		for _, one := range Ports(text) {
			line := fmt.Sprint(one.Number)
			if one.Encrypted {
				line += " tls"
			}
			got = append(got, line)
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

// TestMailboxes reads what people paste where an address belongs.
func TestMailboxes(t *testing.T) {
	for text, want := range map[string]string{
		"a@b.com": "a@b.com", "Name <a@b.com>": "Name/a@b.com", `"Name, Inc." <a@b.com>`: "Name, Inc./a@b.com",
		"mailto:a@b.com?subject=x%20y": "a@b.com", "MAILTO:a%2Bc@b.com": "a+c@b.com", "<a@b.com>": "a@b.com",
		"[a@b.com](mailto:a@b.com)": "a@b.com", "mailto:?to=a@b.com": "a@b.com",
		"a@b.com; c@d.com": "a@b.com|c@d.com", "a@b.com, c@d.com": "a@b.com|c@d.com", "a@b.com c@d.com": "a@b.com|c@d.com",
		"a@b.com;": "a@b.com", "a@b.com.": "a@b.com", "a(at)b.com": "a@b.com", "a [at] b [dot] com": "a@b.com",
		"a at b dot com": "a@b.com", "a @ b.com": "a@b.com", "a@b,com": "a@b.com", "a@b..com": "a@b.com",
		"“Name” <a@b.com>": "Name/a@b.com", "Name ‹a@b.com›": "Name/a@b.com", "'a@b.com'": "a@b.com",
		"Büro, Berlin <a@b.com>": "a@b.com", "a@b.com\u200b": "a@b.com",
		"\ufeffa@b.com": "a@b.com", "a＠b.com": "a@b.com",
		"аnnа@gmаil.com": "anna@gmail.com", "a@smtp–relay.com": "a@smtp-relay.com", "a@b.com\r\n": "a@b.com",
		"smtp:a@b.com": "a@b.com", "почта@пример.рф": "почта@пример.рф",
		"E-Mail: a@b.com":                 "a@b.com",
		"=?utf-8?q?B=C3=BCro?= <a@b.com>": "Büro/a@b.com", "anna": "", "": "", "@": "",
		"a@b .com": "a@b.com", "a@b. com": "a@b.com", "Name [a@b.com]": "a@b.com", "a@@b.com": "a@b.com",
		"a@b.com@":  "a@b.com",
		`a@b.com\n`: "a@b.com", "&lt;a@b.com&gt;": "a@b.com", "a&#64;b.com": "a@b.com", "a%40b.com": "a@b.com",
		"a@[192.0.2.1]": "a@[192.0.2.1]", "a@b.com (Name)": "Name/a@b.com", "a@": "", "a@b@c": "",
	} {
		var got []string
		for _, one := range Mailboxes(text) {
			line := one.Address
			if one.Name != "" {
				line = one.Name + "/" + line
			}
			got = append(got, line)
		}
		if got := strings.Join(got, "|"); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
