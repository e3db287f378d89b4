// Package shared is the contract between a Console and its settings plugins: plain Go types and the glue that carries
// them over hashicorp/go-plugin and gRPC. It is the only package that both sides import, and it imports neither.
//
// A plugin implements [SettingsPage] and hands it to [Serve]. A host starts the binary with go-plugin, using
// [Handshake], [ClientPlugins] and [ClientDialOptions], and turns the connection into a page with [Dispense]; package
// host does all of that.
//
// Three kinds of failure never mix. A user's mistake or a remote server's refusal is a [Diagnostic] in a successful
// reply. A call that is itself broken is an error with a gRPC status. A plugin whose process is gone is
// [ErrPluginUnavailable].
//
// Secrets go in and never come out: see [SecretChange] and [SecretState].
package shared
