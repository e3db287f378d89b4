package diagnosis

// earlyRules are for a refusal at the greeting or at EHLO: mostly of this machine's address, of its names, or of
// everybody.
var earlyRules = []rule{
	{cause: "too_many_logins", steps: early, says: all(failedLogins)},
	{cause: "too_many_invalid_recipients", steps: early, says: all(badRecipients)},
	{cause: "blocklist_query_broken", steps: early, says: all(queryRefused, listed)},
	{cause: "reverse_dns_missing", steps: early, enhanced: enhanced("x.7.25")},
	{cause: "server_lookup_failed", steps: early, enhanced: enhanced("4.4.3"), unless: none(listed)},
	{cause: "reverse_dns_missing", steps: early, says: all(reverseDNS)},
	{cause: "reverse_dns_missing", steps: early, replies: replies(5), says: all(together(ipMeantPlainly, dnsFailed)),
		unless: none(listed)},
	{cause: "reverse_dns_missing", steps: early, says: all(together(ipMeantPlainly, dnsDiffers)), unless: none(listed)},
	{cause: "server_lookup_failed", steps: early, replies: replies(4), says: all(together(ipMeantPlainly, dnsFailed)),
		unless: none(listed)},
	{cause: "hello_name_refused", steps: early, says: all(aboutHello), unless: none(tryLater)},
	{cause: "client_reputation_low", steps: early, replies: replies(4), says: all(blockedNow, greylisting),
		unless: none(namesGreylisting, listed, tooManyConnections, limitMeant)},
	{cause: "greylisted", steps: early, replies: replies(4), says: all(greylisting)},
	{cause: "access_denied", steps: early, says: all(ownList)},
	{cause: "client_country_refused", steps: early, says: all(countryMeant)},
	{cause: "address_blocklisted", steps: early, says: all(listed)},
	{cause: "address_blocklisted", steps: early, says: all(listLinks)},
	{cause: "reverse_dns_missing", steps: early, says: all(reverseDNSLinks)},
	{cause: "hello_name_refused", steps: early, says: all(helloLinks)},
	{cause: "greylisted", steps: early, replies: replies(4), says: all(greylistingLinks)},
	{cause: "too_many_connections", steps: early, says: all(tooManyConnections), unless: none(serverWideConnections)},
	{cause: "server_busy", steps: early, says: all(serverWideConnections)},
	{cause: "client_reputation_low", steps: early, says: all(deferredIP)},
	{cause: "address_blocklisted", steps: early, replies: replies(5), says: all(blockedIP)},
	{cause: "client_reputation_low", steps: early, says: all(reputation)},
	{cause: "use_provider_relay", steps: early, says: all(relayInstead)},
	{cause: "too_many_connections", steps: early, says: all(together(namesConnection, saysExceeded))},
	{cause: "rate_limited", steps: early, says: all(limitMeant)},
	{cause: "session_timed_out", steps: early, says: all(timedOut)},
	{cause: "wrong_server_for_sending", steps: early, replies: replies(5), says: all(wrongServer)},
	{cause: "too_many_errors", steps: early, says: all(tooManyErrors)},
	{cause: "filter_unavailable", steps: early, says: all(filterBroken)},
	{cause: "server_misconfigured", steps: early, says: all(serverBroken)},
	{cause: "client_address_not_authorized", steps: early, says: all(clientNotListed), when: withLogin},
	{cause: "address_blocklisted", steps: early, replies: replies(4), says: all(blockedIP), unless: none(serverBusy)},
	{cause: "server_busy", steps: early, replies: replies(4), says: all(serverBusy)},
	{cause: "server_temporary_fault", steps: early, replies: replies(4), says: all(serverTrouble)},
	{cause: "access_denied", steps: early, replies: replies(5), says: all(accessDenied)},
	{cause: "access_denied", steps: hello, replies: replies(5), says: all(policyMeant)},
	{cause: "access_denied", steps: hello, replies: replies(5), says: all(ipMeant)},
	{cause: "hello_name_refused", steps: hello, replies: replies(501, 504, 550, 553, 554)},
	{cause: "client_reputation_low", steps: early, replies: replies(4), says: all(ipMeant)},
	{cause: "client_reputation_low", steps: early, replies: replies(4), when: ofSecurity},
	{cause: "server_busy", steps: early, replies: replies(4)},
	{cause: "hello_refused", steps: hello, kinds: refused},
	{cause: "address_blocklisted", steps: early, replies: replies(5), says: all(namesSpam)},
	{cause: "access_denied", steps: greeting, replies: replies(520, 521, 550, 554, 556, 571)},
	{cause: "greeting_refused", steps: greeting, kinds: refused},
}

// startTLSRules are for a refusal of STARTTLS.
var startTLSRules = []rule{
	{cause: "tls_handshake_failed", steps: startTLS, says: all(handshakeFailed), unless: none(tlsNotAvailable)},
	{cause: "too_many_connections", steps: startTLS, says: all(tooManyConnections)},
	{cause: "starttls_unavailable", steps: startTLS, replies: replies(4)},
	{cause: "starttls_refused", steps: startTLS, kinds: refused},
}

// lastRules are for what no other knows.
var lastRules = []rule{
	{cause: "unexplained"},
}

var (
	failedLogins = words(
		`auth\w* (?:\S+ ){0,2}(?:fail|attempt|error)`, `failed (?:\S+ )?(?:auth|log ?in|passw|smtp)`,
		`(?:log ?in|logon|passw\w*) (?:\S+ )?(?:attempts?|failures?|errors?|tries)`, `brute ?force`,
		`too many (?:\S+ ){0,2}(?:auth|log ?in|logon|passw)`, `fail2ban`,
	)
	dnsFailed = words(
		`dns (?:\S+ ){0,4}(?:fail|error|mismatch|missing|problem|invalid|unsuccess|not found|time ?out|timed out)`,
		`dns (?:\S+ ){0,4}(?:not (?:reach|respond|answer|avail)|unreachable|unavail)`, `dns ~ (?:fehl|storung)`, `no dns\b`,
		`(?:problem\w*|проблем\S*) (?:\S+ ){0,3}dns`, `(?:probleme|problema) dns`,
		`(?:echec|erreur|fehler|fallo|errore?|ошибк\S*)(?: \S+){0,5} dns`,
		`host ?name (?:look ?up|resolution|check)(?: \S+){0,4} (?:fail|error)`,
		`(?:look ?up|resolution) (?:of|for) @ip (?:\S+ )?fail`,
		`(?:failed|failure)(?: \S+){0,2} (?:dns|name) (?:check|lookup|look)`, `dns ~ echou`,
	)
	dnsDiffers = words(`dns (?:\S+ ){0,3}(?:mismatch|not match|inconsisten)`)
	// blockedNow is an address that is let again in a while, which no greylisting has delayed.
	blockedNow = words(
		`(?:ip|@ip|host|server|address|you)(?: \S+){0,2} (?:is |are )?(?:temporar\w+ )?(?:blocked|banned|locked)\b`,
	)
	ownList         = words(`(?:black|block) ?list(?:ed)? (?:on|of|at|in) (?:this|our) (?:server|system|host)`)
	tlsNotAvailable = words(`tls (?:is )?not available`, `temporar`)
)
