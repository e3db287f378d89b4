package shared

import "errors"

// Errors of a call, whatever carries it. Test for them with errors.Is. What is wrong with the settings is never one of
// them: that is a [Diagnostic].
var (
	// ErrPluginUnavailable means that the plugin's process is not there to answer: it was not started, it died, or it
	// was stopped. Whatever a living plugin answers is an error of that call and never this one.
	ErrPluginUnavailable = errors.New("the plugin is unavailable")

	// ErrUnsupported means that the plugin does not offer what was asked for; see [Info.Capabilities].
	ErrUnsupported = errors.New("the plugin does not offer this")

	// ErrContractBroken means that the plugin answered, but with something that the contract forbids, such as fewer
	// receipts than notifications. Nothing of such an answer is used.
	ErrContractBroken = errors.New("the plugin breaks the contract")

	// ErrInvalidRequest means that what was asked for cannot be, such as a page of notifications before one that does
	// not exist.
	ErrInvalidRequest = errors.New("the request is not valid")

	// ErrNoNotification means that there is no notification of the id.
	ErrNoNotification = errors.New("there is no such notification")
)
