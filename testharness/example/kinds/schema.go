// Package kinds is a page that has a field of every kind, each display and rule, actions and two tests. It is about
// nothing: it shows how a host renders what the contract has.
package kinds

import "github.com/smtp-settings/smtp-settings/shared"

// Schema declares the form.
func Schema() shared.Schema {
	return shared.Schema{
		Title: "Every kind", Description: "A field of each kind that the contract has.",
		Sections: []shared.Section{texts(), numbers(), choices(), entries(), secrets(), rules()},
		Test: shared.TestAction{Label: "Test everything", Options: []shared.Field{
			{Name: "depth", Label: "Depth", Kind: shared.KindChoice, Default: shared.Text("quick"), Options: []shared.Option{
				{Value: "quick", Label: "Quick look"}, {Value: "deep", Label: "Deep look"},
			}},
			{Name: "send", Label: "Send a probe", Kind: shared.KindBoolean, Default: shared.Boolean(true)},
			{Name: "tries", Label: "Tries", Kind: shared.KindInteger, Default: shared.Integer(2),
				VisibleWhen: shared.Equals("send", shared.Boolean(true))},
		}},
		Actions: []shared.Action{
			{Name: "find_buckets", Label: "Find buckets", Options: []shared.Field{
				{Name: "region", Label: "Region", Kind: shared.KindChoice, Default: shared.Text("eu"), Options: []shared.Option{
					{Value: "eu", Label: "Europe"}, {Value: "us", Label: "America"},
				}},
			}},
			{Name: "sign_in", Label: "Sign in", Help: "Opens the page of the provider."},
			{Name: "test_login", Label: "Test a login", Test: true, NeedsSecrets: true, Options: []shared.Field{
				{Name: "person", Label: "Person", Kind: shared.KindText, Required: true},
			}},
			{Name: "rotate", Label: "Make a new callback", Changes: true, Confirm: "The callback in use stops working."},
		},
		SaveNote: "Takes effect at once.",
	}
}

func texts() shared.Section {
	return shared.Section{Name: "texts", Title: "Texts", Fields: []shared.Field{
		{Name: "name", Label: "Name", Kind: shared.KindText, Required: true, Pattern: "[a-z]+",
			PatternMessage: "A name has small letters only.",
			Link:           shared.Link{Text: "About names", URL: "https://docs.example/names"}},
		{Name: "notes", Label: "Notes", Kind: shared.KindMultiline, Display: shared.DisplayCode},
		{Name: "contact", Label: "Contact", Kind: shared.KindEmail},
		{Name: "site", Label: "Site", Kind: shared.KindURL},
		{Name: "server", Label: "Server", Kind: shared.KindHostPort},
		{Name: "certificate", Label: "Certificate", Kind: shared.KindFile, Accept: []string{".pem"},
			Max: shared.Integer(200)},
		{Name: "callback", Label: "Callback", Kind: shared.KindURL, ReadOnly: true},
		{Name: "greeting", Label: "Greeting", Kind: shared.KindText, Deprecated: "Use Notes instead."},
	}}
}

func numbers() shared.Section {
	return shared.Section{Name: "numbers", Title: "Numbers and times", Fields: []shared.Field{
		{Name: "count", Label: "Count", Kind: shared.KindInteger, Unit: "messages per minute", NeedsRestart: true},
		{Name: "ratio", Label: "Ratio", Kind: shared.KindDecimal, Default: shared.Decimal(0.5), Max: shared.Integer(1)},
		{Name: "size", Label: "Size", Kind: shared.KindByteSize, Default: shared.Integer(10 << 20)},
		{Name: "wait", Label: "Wait", Kind: shared.KindDuration, Default: shared.Text("30s"), Min: shared.Text("1s")},
		{Name: "since", Label: "Since", Kind: shared.KindDate, Default: shared.Text("2026-01-01")},
	}}
}

func choices() shared.Section {
	modes := []shared.Option{{Value: "plain", Label: "Plain"}, {Value: "tls", Label: "TLS"}}
	return shared.Section{Name: "choices", Title: "Choices", Fields: []shared.Field{
		{Name: "active", Label: "Active", Kind: shared.KindBoolean, Default: shared.Boolean(true)},
		{Name: "mode", Label: "Mode", Kind: shared.KindChoice, Options: modes},
		{Name: "transport", Label: "Transport", Kind: shared.KindChoice, Options: modes, Display: shared.DisplayRadio,
			Default: shared.Text("plain"), DefaultWhen: []shared.ConditionalDefault{
				{When: shared.Equals("mode", shared.Text("tls")), Value: shared.Text("tls")},
			}},
		{Name: "parts", Label: "Parts", Kind: shared.KindChoices, Max: shared.Integer(2), Options: []shared.Option{
			{Value: "head", Label: "Head"}, {Value: "body", Label: "Body"}, {Value: "tail", Label: "Tail"},
		}},
		{Name: "bucket", Label: "Bucket", Kind: shared.KindChoice, OptionsFrom: "find_buckets"},
		{Name: "mirrors", Label: "Mirrors", Kind: shared.KindChoices, OptionsFrom: "find_buckets"},
		{Name: "replicas", Label: "Replicas", Kind: shared.KindList, OptionsFrom: "find_buckets"},
		{Name: "archive", Label: "Archive", Kind: shared.KindText, OptionsFrom: "find_buckets"},
	}}
}

func entries() shared.Section {
	return shared.Section{Name: "entries", Title: "Entries", Fields: []shared.Field{
		{Name: "servers", Label: "Servers", Kind: shared.KindList, Items: shared.KindHostPort, ItemLabel: "Server"},
		{Name: "groups", Label: "Groups", Kind: shared.KindMap, KeyLabel: "Group", ItemLabel: "Role"},
	}}
}

func secrets() shared.Section {
	return shared.Section{Name: "secrets", Title: "Secrets", Fields: []shared.Field{
		{Name: "password", Label: "Password", Kind: shared.KindText, Sensitive: true},
		{Name: "private_key", Label: "Private key", Kind: shared.KindFile, Sensitive: true, Max: shared.Integer(200)},
		{Name: "account", Label: "Account", Kind: shared.KindAuthorization, Sensitive: true, Action: "sign_in"},
	}}
}

func rules() shared.Section {
	proxied := shared.Equals("proxied", shared.Boolean(true))
	return shared.Section{Name: "rules", Title: "Rules", Fields: []shared.Field{
		{Name: "proxied", Label: "Use a proxy", Kind: shared.KindBoolean},
		{Name: "proxy", Label: "Proxy", Kind: shared.KindHostPort, VisibleWhen: proxied, RequiredWhen: proxied},
		{Name: "realm", Label: "Realm", Kind: shared.KindText, VisibleWhen: shared.IsSet("proxy")},
		{Name: "open_realm", Label: "Open realm", Kind: shared.KindText, VisibleWhen: shared.Not(shared.IsSet("proxy"))},
		{Name: "limit", Label: "Limit", Kind: shared.KindInteger,
			EnabledWhen: shared.AtLeast("size", shared.Integer(20<<20))},
		{Name: "reason", Label: "Reason", Kind: shared.KindText, RequiredWhen: shared.AtLeast("wait", shared.Text("1m"))},
	}}
}
