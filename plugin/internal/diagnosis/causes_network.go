package diagnosis

import "github.com/smtp-settings/smtp-settings/shared"

// networkCauses are those for which there is no connection.
var networkCauses = []cause{
	{
		code: "name_invalid", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "“{host}” cannot be the name of a server.",
				detail:  "Enter a host name such as smtp.email.com or an IP address, without http:// and without a path.",
			},
		},
	},
	{
		code: "name_not_found", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "There is no server named {host}.",
				detail: "Check the spelling. If the name is only known inside your network, check that this machine uses " +
					"the right name servers.",
			},
		},
	},
	{
		code: "name_lookup_failed", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The name {host} could not be looked up: the name servers of this machine failed.",
				detail: "Check the network connection and the name servers (DNS) of the machine on which this software " +
					"runs.",
			},
		},
	},
	{
		code: "name_lookup_timeout", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "The name servers did not answer in time when asked for {host}.",
				detail: "Check the network connection and the name servers (DNS) of the machine on which this software " +
					"runs.",
			},
		},
	},
	{
		code: "no_usable_address", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "The name {host} exists but has no address that can be connected to.",
				detail:  "Perhaps it is a mail domain, not a server: ask your provider for the name of its SMTP server.",
			},
		},
	},
	{
		code: "proxy_unreachable", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingTemporary,
		field: "proxy",
		words: []wording{
			{
				summary: "The proxy {proxy} cannot be reached: {reason}.",
				detail:  "Check its address and port, and that it runs; or clear “Proxy” to connect directly.",
			},
			{
				summary: "The proxy cannot be reached.",
				detail:  "Check its address and port, and that it runs; or clear “Proxy” to connect directly.",
			},
		},
	},
	{
		code: "proxy_refused", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "proxy",
		words: []wording{
			{
				summary: "The proxy {proxy} did not connect to {host}, port {port}: {reason}.",
				detail: "Check server and port. If they are right, the proxy may not permit this port or reach this " +
					"server; its operator knows.",
			},
			{
				summary: "The proxy did not connect to {host}, port {port}.",
				detail: "Check server and port. If they are right, the proxy may not permit this port or reach this " +
					"server; its operator knows.",
			},
		},
	},
	{
		code: "address_not_permitted", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field: "server",
		words: []wording{
			{
				summary: "Connections to {host} are not permitted here: {reason}.",
				detail: "The operator of this software limits where it may connect to. Ask them to allow this address, or" +
					" use another server.",
			},
			{
				summary: "Connections to {host} are not permitted here.",
				detail: "The operator of this software limits where it may connect to. Ask them to allow this address, or" +
					" use another server.",
			},
		},
	},
	{
		code: "connection_refused", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server {host} is there, but nothing answers on port {port}.",
				detail: "Check the port number. If it is right, the mail service on that machine is not running, or a " +
					"firewall rejects the connection.",
			},
		},
	},
	{
		code: "host_silent", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "server",
		otherPorts: true,
		words: []wording{
			{
				summary: "The server {host} does not answer at all from here.",
				detail: "Check the address. If it is right, the server is down or a firewall between it and this machine " +
					"swallows the packets. Make sure that the specified port is not blocked by your firewall.",
			},
		},
	},
	{
		code: "port_blocked", outcome: ConnectionFailed, scope: shared.ScopeClient, lasting: shared.LastingPermanent,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "Port {port} of {host} does not answer: something swallows the packets.",
				detail: "Make sure that the specified port is not blocked by your firewall. Many internet providers block" +
					" port 25.",
			},
		},
	},
	{
		code: "host_unreachable", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field: "server",
		words: []wording{
			{
				summary: "There is no way from this machine to {host}.",
				detail:  "Check the address and the network connection; perhaps a VPN or a route is missing.",
			},
		},
	},
	{
		code: "connection_reset", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "port",
		otherPorts: true,
		words: []wording{
			{
				summary: "The connection to port {port} of {host} was torn down at once.",
				detail: "A firewall or a proxy on the way often does this. Make sure that the specified port is not " +
					"blocked by your firewall.",
			},
		},
	},
	{
		code: "network_failure", outcome: ConnectionFailed, scope: shared.ScopeServer, lasting: shared.LastingTemporary,
		field:      "server",
		otherPorts: true,
		words: []wording{
			{
				summary: "The connection to {host} on port {port} failed: {reason}.",
				detail:  "Check the network connection of the machine on which this software runs.",
			},
			{
				summary: "The connection to {host} on port {port} failed.",
				detail:  "Check the network connection of the machine on which this software runs.",
			},
		},
	},
}
