package text

import "slices"

// ellipsis stands in the place of a value that is not to be kept.
const ellipsis = "…"

// Without returns the text with an ellipsis in the place of the values that have one of the names, also in the texts
// that are values of it.
func (t Text) Without(names ...string) Text {
	values := make([]value, len(t.values))
	for i, one := range t.values {
		if slices.Contains(names, one.name) {
			one.text, one.number = Plain(ellipsis), 0
		}
		one.text = one.text.Without(names...)
		values[i] = one
	}
	if t.values != nil {
		t.values = values
	}
	return t
}
