package typed

import (
	"slices"
	"strings"
)

// serverLabels begin the names of mail servers.
var serverLabels = []string{
	"smtp", "mail", "mx", "relay", "out", "outgoing", "smtpout", "mailout", "send", "mailrelay", "smtprelay", "mailhub",
	"asmtp", "smtps", "smtpauth", "exchange", "postfix", "mta",
}

// isServerName reports whether a name is more likely that of a server than the domain of a mailbox.
func isServerName(host string) bool {
	first, _, found := strings.Cut(strings.ToLower(host), ".")
	first = strings.TrimRight(first, "0123456789")
	first, _, _ = strings.Cut(first, "-")
	return !found || slices.Contains(serverLabels, first)
}

// servers are the names that the words come to, with their ports.
func (r *reading) servers() []Server {
	var found []Server
	for _, one := range r.chosen() {
		found = append(found, r.withPorts(one)...)
	}
	if len(found) > most {
		found = found[:most]
	}
	return found
}

// chosen are the names that were meant: those with a dot before others, and in a record of the DNS the last one.
func (r *reading) chosen() []placed {
	all := r.placed()
	pick := func(fits func(placed) bool) []placed {
		var found []placed
		for _, one := range all {
			if fits(one) && !slices.ContainsFunc(found, func(other placed) bool { return other.Host == one.Host }) {
				found = append(found, one)
			}
		}
		return found
	}
	sure := pick(func(one placed) bool { return one.sure })
	if len(sure) > 1 && (r.says("mx") || r.says("srv") || r.says("exchanger")) {
		return sure[len(sure)-1:]
	}
	if len(sure) > 0 || r.mailbox != "" {
		return sure
	}
	plain := pick(func(one placed) bool { return !one.word })
	if name, whole := undotted(r.words); whole {
		return []placed{{name: name}}
	}
	if len(plain) == 1 && (len(all) == 1 || len(r.ports) > 0) {
		return plain
	}
	if words := pick(func(placed) bool { return true }); len(plain) == 0 && len(words) == 1 {
		return words
	}
	return nil
}

// undotted puts the words of a name together whose dots were left out: smtp email com.
func undotted(words []string) (name, bool) {
	if len(words) < 2 || !tldAlone().MatchString(words[len(words)-1]) ||
		slices.ContainsFunc(words[1:], func(word string) bool { return slices.Contains(keywords, word) }) {
		return name{}, false
	}
	host, valid := hostName(strings.Join(words, "."))
	return name{Server: Server{Host: host}, sure: true}, valid
}

func (r *reading) says(word string) bool { return slices.Contains(r.words, word) }

// placed is a name with its place among them.
type placed struct {
	name
	place int
}

func (r *reading) placed() []placed {
	all := make([]placed, len(r.names))
	for i, one := range r.names {
		all[i] = placed{name: one, place: i}
	}
	return all
}

// withPorts is a name once for each of its ports, or once without.
func (r *reading) withPorts(one placed) []Server {
	server := one.Server
	encrypted := !server.Web && encryption(r.words)
	if server.Login == "" {
		server.Login = r.mailbox
	}
	var found []Server
	for _, port := range ports(r.portsOf(one), encrypted) {
		server.Port, server.Encrypted = port.Number, port.Encrypted
		found = append(found, server)
	}
	if len(found) == 0 {
		server.Encrypted = encrypted
		found = append(found, server)
	}
	return found
}

// portsOf are the numbers that are the name's ports: those behind it and before the next, those that are called a port,
// and those that mail servers have. In a record of the DNS other numbers stand about.
func (r *reading) portsOf(one placed) []int {
	var own []int
	srv := r.says("srv")
	for i, port := range r.ports {
		known := slices.Contains(mailPorts, port.number)
		switch {
		case one.Web && slices.Contains(webPorts, port.number):
		case srv:
			if i == len(r.ports)-1 {
				own = append(own, port.number)
			}
		case r.says("mx") || r.says("exchanger"):
		case port.named, known, port.after == one.place+1:
			own = append(own, port.number)
		}
	}
	return own
}
