package diagnosis

import (
	"encoding/json"

	"github.com/smtp-settings/smtp-settings/shared/phrase"
	"github.com/smtp-settings/smtp-settings/shared/text"
)

// Encoded makes a phrase of a text, for code that has not changed to the type yet.
func Encoded(t text.Text) string {
	var kept struct {
		Message string               `json:"text"`
		Plain   string               `json:"plain"`
		Values  map[string]text.Text `json:"values"`
	}
	encoded, err := json.Marshal(t)
	if err != nil || json.Unmarshal(encoded, &kept) != nil {
		return t.String()
	}
	if kept.Message == "" {
		if kept.Plain == "" {
			return ""
		}
		return phrase.Verbatim(kept.Plain)
	}
	if len(kept.Values) == 0 {
		return kept.Message
	}
	pairs := []any{}
	for name, value := range kept.Values {
		pairs = append(pairs, name, phrase.Part(Encoded(value)))
	}
	return phrase.Of(kept.Message, pairs...)
}
