// Package transport carries the contract of package shared between two processes, by hashicorp/go-plugin and gRPC over
// a private socket with mutual TLS.
//
// In the plugin's process [Main] is the whole main function, and [Serve] the part of it that serves a page. In the
// host's process [Dispense] turns a go-plugin client, configured with [Handshake], [ClientPlugins] and
// [ClientDialOptions], into a [Connection]; package host does all of that.
//
// The plugin is untrusted. Every answer is bounded in size, and looked at before it is returned: what cannot be true is
// [shared.ErrContractBroken], and texts are made printable. An error of a call is one that the plugin answered with, or
// [shared.ErrPluginUnavailable] when its process is gone.
//
// The optional interfaces of the contract are the rows of one table; see [Capabilities] and [Companion].
package transport
