package diagnosis

// codedRules are the codes of providers whose words beside them say less: AOL and Yahoo (postmaster.aol.com, in
// parentheses), Spectrum (spectrumbusiness.net, Understanding email error codes) and Cox (cox.com, Email error codes),
// whose replies end with “AUP#” and the code.
var codedRules = []rule{
	{cause: "client_reputation_low", steps: conversing, says: all(aolDynamic)},
	{cause: "address_blocklisted", steps: conversing, replies: replies(5), says: all(aolBlocked)},

	{cause: "address_blocklisted", steps: conversing, says: all(aupBlocked)},
	{cause: "account_suspended", steps: conversing, says: all(aupSuspicious), when: withLogin},
	{cause: "sender_blocklisted", steps: conversing, says: all(aupSuspicious)},
	{cause: "server_temporary_fault", steps: conversing, says: all(aupFault)},
	{cause: "reverse_dns_missing", steps: conversing, says: all(aupDNS)},
	{cause: "sender_authentication_missing", steps: conversing, says: all(aupUnauthenticated)},
	{cause: "ipv6_refused", steps: conversing, says: all(aupIPv6)},
	{cause: "too_many_connections", steps: conversing, says: all(aupConnections)},
	{cause: "rate_limited", steps: conversing, says: all(aupRate)},
	{cause: "sender_not_owned", steps: conversing, says: all(aupSender), when: withLogin},
	{cause: "spoofing_blocked", steps: conversing, says: all(aupSender)},
	{cause: "message_too_big", steps: atEnvelope, says: all(aupSize)},
	{cause: "too_many_messages_per_connection", steps: atEnvelope, says: all(aupMessages)},
	{cause: "too_many_recipients", steps: atEnvelope, says: all(aupRecipients)},
	{cause: "too_many_invalid_recipients", steps: conversing, says: all(aupInvalidRecipients)},
	{cause: "url_blocklisted", steps: message, says: all(aupURL)},
}

var (
	aolDynamic = words(`dyn [a-z][0-9]\b`)
	aolBlocked = words(`(?:rly|con) b[0-9]\b`, `rtr (?:bl|bg|rd|ch|dx|sc)\b`)

	aupBlocked           = words(aup(`1000|12[0-5][0-9]`), `aup (?:cxbl|ipbl[0-9]+)\b`)
	aupSuspicious        = words(aup(`10[1-8][0-9]`), `aup (?:cxthrt|cxmj)\b`)
	aupFault             = words(aup(`1090`))
	aupDNS               = words(aup(`11[0-5][0-9]`), `aup cxdns\b`)
	aupUnauthenticated   = words(aup(`11[6-9][0-9]`), `aup cxsndr\b`)
	aupIPv6              = words(aup(`1260`))
	aupConnections       = words(aup(`13[0-4][0-9]`), `aup cxcnct\b`)
	aupRate              = words(aup(`13[5-9][0-9]|14[0-9][0-9]|1580`), `aup cxmxrt\b`)
	aupSender            = words(aup(`1500|1520`))
	aupSize              = words(aup(`1530`))
	aupMessages          = words(aup(`1540`))
	aupRecipients        = words(aup(`1550`))
	aupInvalidRecipients = words(aup(`1560`))
	aupURL               = words(`aup urlbl[0-9]+\b`)
)

// aup is a code of Spectrum: "I" or "In" for mail that comes in, "O" or "Out" for what goes out, and four digits.
func aup(numbers string) string { return `aup (?:in?|o(?:ut)?) (?:` + numbers + `)\b` }
