// Package shared is the contract between a Console and its settings plugins: plain Go types, and what follows from
// them, such as which fields a schema shows and what is wrong with a draft. It imports neither side, and knows nothing
// of processes and wires: package transport, below it, carries the contract from one process to another.
//
// A plugin implements [SettingsPage]. What it can do beside that are interfaces of their own, each named by a
// capability: [SettingsHistory], [Notifier], [DeliveryReporter], [NotificationOperator], [ActionRunner], [KeyRotator],
// [Migrator], [Drainer], [HealthReporter], [HeldReleaser], [ServerLooker]. It hands the page to transport.Main. A host
// calls the same interfaces; package host starts the plugin and watches over it.
//
// In every request Locale is a BCP 47 tag for the texts of the answer, where empty or unknown means English, and Actor
// is who asks, as the Console names them, empty when it does not say. Codes, names and values are the same in every
// language.
//
// Three kinds of failure never mix. A user's mistake or a remote server's refusal is a [Diagnostic] in a successful
// reply. A call that is itself broken is an error of that call. A plugin whose process is gone is
// [ErrPluginUnavailable].
//
// Secrets go in and never come out: see [SecretChange] and [SecretState].
//
// Types of this package are values. Their methods do not change them unless they say so, and may be called concurrently
// as long as nobody changes what they are called on.
package shared
