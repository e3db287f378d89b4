package text

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A text is kept as JSON: a message as {"text": "…", "values": {"name": …}}, a plain one as {"plain": "…"}, one
// that says nothing as null. A value is a text itself.
type stored struct {
	Message Message         `json:"text,omitempty"`
	Values  map[string]Text `json:"values,omitempty"`
	Count   *int            `json:"count,omitempty"`
	Plain   string          `json:"plain,omitempty"`
}

// MarshalJSON keeps the text, without a language.
func (t Text) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	kept := stored{Message: t.message, Plain: t.plain}
	for _, one := range t.values {
		if kept.Values == nil {
			kept.Values = map[string]Text{}
		}
		kept.Values[one.name] = one.text
		if one.name == count {
			number := one.number
			kept.Count = &number
		}
	}
	return json.Marshal(kept)
}

// UnmarshalJSON reads what MarshalJSON kept. It also reads a string, which is how texts were kept before there was this
// type; see ofString.
func (t *Text) UnmarshalJSON(content []byte) error {
	if strings.HasPrefix(string(content), `"`) {
		var said string
		if err := json.Unmarshal(content, &said); err != nil {
			return err
		}
		*t = ofString(said)
		return nil
	}
	var kept stored
	if err := json.Unmarshal(content, &kept); err != nil {
		return fmt.Errorf("a stored text: %w", err)
	}
	*t = Text{message: kept.Message, plain: kept.Plain}
	for _, name := range sortedNames(kept.Values) {
		one := value{name: name, text: kept.Values[name]}
		if name == count && kept.Count != nil {
			one.number = *kept.Count
		}
		t.values = append(t.values, one)
	}
	return nil
}

// oldMark began a stored string whose parts were apart: a JSON list of the message and of names and values in turn.
const oldMark = "\x1f"

// verbatim was the message of what is never translated.
const verbatim = "{text}"

// ofString reads a text that was kept as a string: a marked one has its values apart, and a value may be marked itself;
// any other is a message without values.
func ofString(said string) Text {
	encoded, marked := strings.CutPrefix(said, oldMark)
	if !marked {
		return Text{message: Message(said)}
	}
	var parts []string
	if err := json.Unmarshal([]byte(encoded), &parts); err != nil || len(parts) == 0 {
		return Plain(strings.TrimPrefix(said, oldMark))
	}
	if parts[0] == verbatim && len(parts) == 3 {
		return Plain(parts[2])
	}
	t := Text{message: Message(parts[0])}
	for i := 1; i+1 < len(parts); i += 2 {
		one := value{name: parts[i], text: Plain(parts[i+1])}
		if strings.HasPrefix(parts[i+1], oldMark) {
			one.text = ofString(parts[i+1])
		}
		if one.name == count {
			one.number, _ = strconv.Atoi(parts[i+1])
		}
		t.values = append(t.values, one)
	}
	return t
}
