package provider

import "strings"

// limits are those of servers at which mailboxes send, by domain.
var limits = map[string]struct{ connections, messagesPerMinute int }{
	"office365.com": {3, 30},
}

// Limits are how many connections one mailbox may have open at a time at a server, and how many messages it may send in
// any minute; 0 where that is not known.
func Limits(host string) (connections, messagesPerMinute int) {
	host = normal(host)
	for domain, one := range limits {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return one.connections, one.messagesPerMinute
		}
	}
	return 0, 0
}
