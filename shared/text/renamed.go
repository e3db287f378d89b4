package text

import "strconv"

// Renaming is what a message has become, for texts that an earlier version kept.
type Renaming struct {
	Message Message
	// Names are those of today by those of earlier, where they differ.
	Names map[string]string
	// Count is the number that decides on the plural form where none was kept; 0 gives none.
	Count int
}

// Renamed returns the text as today's version says it, so that it is found in today's catalogs.
func (t Text) Renamed(earlier map[string]Renaming) Text {
	renaming, changed := earlier[string(t.message)]
	if changed {
		t.message = renaming.Message
	}
	values := make([]value, len(t.values))
	for i, one := range t.values {
		if today, other := renaming.Names[one.name]; other {
			one.name = today
			one.number, _ = strconv.Atoi(one.text.plain)
		}
		one.text = one.text.Renamed(earlier)
		values[i] = one
	}
	if renaming.Count != 0 {
		values = append(values, valueOf(count, renaming.Count))
	}
	t.values = values
	return t
}
