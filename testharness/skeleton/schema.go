package skeleton

import "github.com/smtp-settings/smtp-settings/shared"

// Names of the fields and of the action. They are stored and typed by people, so they do not change.
const (
	fieldAddress  = "address"
	fieldIP       = "ip"
	fieldToken    = "token"
	fieldTimeout  = "timeout"
	findAddresses = "find_addresses"
)

// schema declares the form: change it to what your page is about.
var schema = shared.Schema{
	Title:       "Skeleton settings",
	Description: "What this page is for, in one sentence.",
	Sections: []shared.Section{{Name: "server", Title: "Server", Fields: []shared.Field{
		{Name: fieldAddress, Label: "Address", Kind: shared.KindText, Required: true, Placeholder: "localhost:514",
			Help: "Host and port."},
		// A choice whose options an action finds. Any text may be one: people can type it as well.
		{Name: fieldIP, Label: "IP address", Kind: shared.KindChoice, OptionsFrom: findAddresses,
			Help: "Which of the server's addresses to connect to. If left empty, the system chooses."},
		// A secret: it comes in, and never goes out again. state.go stores it, and binds it to where it goes.
		{Name: fieldToken, Label: "Token", Kind: shared.KindText, Sensitive: true,
			Help: "What the server asks for, if it asks for anything."},
		{Name: fieldTimeout, Label: "Timeout", Kind: shared.KindDuration, Default: shared.Text("5s"),
			Help: "How long a connection may take."},
	}}},
	Test: shared.TestAction{Label: "Test connection"},
	// An action does something beside testing and saving. One that logs in says NeedsSecrets, one that changes what is
	// in force says Changes.
	Actions: []shared.Action{{Name: findAddresses, Label: "Find addresses"}},
}
