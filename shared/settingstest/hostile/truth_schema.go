package hostile

import pb "github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"

// Action is the name of the action that RunAction answers for.
const Action = "look"

func when(field string, v *pb.Value) *pb.Condition {
	return &pb.Condition{Field: field, AnyOf: []*pb.Value{v}}
}

func list(entries ...string) *pb.Value {
	return &pb.Value{Content: &pb.Value_List{List: &pb.TextList{Entries: entries}}}
}

func mapping(key, entry string) *pb.Value {
	entries := map[string]string{key: entry}
	return &pb.Value{Content: &pb.Value_Map{Map: &pb.TextMap{Entries: entries}}}
}

func schema() *pb.Schema {
	return &pb.Schema{
		Title: "Collector", Description: "Collects.", SaveNote: "It collects then.",
		Prerequisites: []*pb.Prerequisite{{Id: "processing_server", Text: "Make sure that it runs."}},
		Sections: []*pb.Section{
			{Name: "main", Title: "Main", Help: "All of it.", Fields: mainFields()},
			{Name: "more", Title: "More", Advanced: true, Fields: moreFields()},
		},
		Presets: []*pb.Preset{
			{Name: "known", Label: "Known", Note: "A note.", Values: map[string]*pb.Value{"port": integer(587)}},
		},
		Test: &pb.TestAction{
			Label: "Test", Options: []*pb.Field{{Name: "send", Label: "Send", Kind: pb.Kind_KIND_BOOLEAN}},
			Plan: []*pb.PlannedStep{{Id: "open", Label: "Open", Detail: "It is there."}},
		},
		Actions: []*pb.Action{{
			Name: Action, Label: "Look", Help: "Looks for formats.", Test: true, NeedsSecrets: true, Confirm: "Sure?",
			VisibleWhen: when("safe", boolean(false)),
			Options:     []*pb.Field{{Name: "deep", Label: "Deep", Kind: pb.Kind_KIND_BOOLEAN, Default: boolean(true)}},
		}, {Name: "rotate", Label: "Rotate", Changes: true}},
	}
}

func mainFields() []*pb.Field {
	safe := when("safe", boolean(true))
	return []*pb.Field{
		{
			Name: "format", Label: "Format", Help: "How.", Kind: pb.Kind_KIND_CHOICE, Fallback: pb.Kind_KIND_TEXT,
			Default: text("json"), VisibleWhen: safe,
			DefaultWhen: []*pb.ConditionalDefault{{When: safe, Value: text("text")}},
			Options:     []*pb.Option{{Value: "json", Label: "JSON"}, {Value: "text", Label: "Text"}},
			OptionsFrom: Action, Action: Action, Display: pb.Display_DISPLAY_RADIO,
			Placeholder: "json", Group: "how", Deprecated: "Use JSON.", NeedsRestart: true, Formerly: []string{"form"},
			Link: &pb.Link{Text: "Formats", Url: "https://a.example/formats"},
		},
		{
			Name: "server", Label: "Server", Help: "Where.", Kind: pb.Kind_KIND_TEXT, Required: true,
			Pattern: `[a-z.]+`, PatternMessage: "Small letters and dots.", Placeholder: "a.example", Group: "where",
		},
		{
			Name: "port", Label: "Port", Kind: pb.Kind_KIND_INTEGER, Min: integer(1), Max: integer(65535),
			Default: integer(25), Group: "where", Unit: "th", EnabledWhen: &pb.Condition{Field: "server", Set: true},
			DefaultWhen: []*pb.ConditionalDefault{{When: safe, Value: integer(465)}},
		},
		{Name: "safe", Label: "Safe", Kind: pb.Kind_KIND_BOOLEAN},
		{Name: "token", Label: "Token", Kind: pb.Kind_KIND_TEXT, Sensitive: true},
		{Name: "grant", Label: "Account", Kind: pb.Kind_KIND_AUTHORIZATION, Sensitive: true, Action: Action},
		{Name: "callback", Label: "Callback", Kind: pb.Kind_KIND_URL, ReadOnly: true},
	}
}

// moreFields have what those before cannot have.
func moreFields() []*pb.Field {
	port := &pb.Condition{Field: "port", Least: integer(1), Most: integer(1023)}
	return []*pb.Field{
		{
			Name: "notes", Label: "Notes", Kind: pb.Kind_KIND_MULTILINE, RequiredWhen: &pb.Condition{All: []*pb.Condition{
				port, {Any: []*pb.Condition{when("safe", boolean(true)), {Not: when("server", text("b.example"))}}},
			}},
		},
		{
			Name: "peers", Label: "Peers", Kind: pb.Kind_KIND_LIST, Items: pb.Kind_KIND_URL, Schemes: []string{"https"},
			ItemLabel: "Peer", Min: integer(1), Max: integer(9), Default: list("https://a.example"),
		},
		{Name: "roles", Label: "Roles", Kind: pb.Kind_KIND_MAP, KeyLabel: "Group", Default: mapping("ops", "admin")},
		{Name: "weight", Label: "Weight", Kind: pb.Kind_KIND_DECIMAL,
			Default: &pb.Value{Content: &pb.Value_Decimal{Decimal: 0.5}}},
		{Name: "key", Label: "Key", Kind: pb.Kind_KIND_FILE, Accept: []string{".pem"}},
		{Name: "size", Label: "Size", Kind: pb.Kind_KIND_BYTE_SIZE, Min: integer(1024)},
		{Name: "day", Label: "Day", Kind: pb.Kind_KIND_DATE, Max: text("2099-12-31")},
		{Name: "wait", Label: "Wait", Kind: pb.Kind_KIND_DURATION, Max: text("5m")},
		{Name: "days", Label: "Days", Kind: pb.Kind_KIND_CHOICES, Options: []*pb.Option{{Value: "mon", Label: "Monday"}}},
		{Name: "peer", Label: "Peer", Kind: pb.Kind_KIND_HOST_PORT},
	}
}
