package transport

import goplugin "github.com/hashicorp/go-plugin"

// ProtocolVersion is the major version of the contract. It changes only when an old plugin can no longer be understood.
const ProtocolVersion = 1

// Handshake is what host and plugin must agree on before they talk. It must not be changed. The cookie tells a person
// who starts the binary by hand that it is a plugin; it protects nothing and never changes.
var Handshake = goplugin.HandshakeConfig{
	ProtocolVersion:  ProtocolVersion,
	MagicCookieKey:   "SETTINGS_PAGE_PLUGIN",
	MagicCookieValue: "5a0f6c1d9e2b4783",
}

// pageName is the name under which go-plugin dispenses the page.
const pageName = "settings_page"

// Bounds of one message, in bytes. A form is a few kilobytes, and what comes out of a plugin is untrusted; a batch of
// notifications goes in. go-plugin's own limit is two gigabytes.
const (
	maxRequestSize  = 16 << 20
	maxReplySize    = 1 << 20
	maxDeliverySize = 64 << 10 // what is told of one attempt
	maxHeaderSize   = 64 << 10 // headers and the text of an error

	// How much either side sends before the other one has read it, in one call and in all of them. Without a fixed number
	// gRPC measures the line with two pings in each call; this line is a socket of the same machine.
	streamWindow     = 1 << 20
	connectionWindow = 4 << 20
)
