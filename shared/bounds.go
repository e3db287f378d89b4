package shared

import (
	"cmp"
	"time"
	"unicode/utf8"
)

// within reports whether a measure lies between two bounds, each of which may be empty.
func (f Field) within(measure, least, most Value) bool {
	return (least.IsEmpty() || f.order(measure, least) >= 0) && (most.IsEmpty() || f.order(measure, most) <= 0)
}

// measure returns what is bounded of a value of the field's kind: how many characters or entries it has, or itself.
func (f Field) measure(value Value) Value {
	switch traits := kinds[f.Kind]; {
	case traits.bounded == byLength || traits.bounded == byEntries || f.Kind == KindChoice:
		return Integer(value.extent())
	default:
		return value
	}
}

// order compares a measure, or a bound, with a bound.
func (f Field) order(measure, bound Value) int {
	switch f.Kind {
	case KindDuration:
		return cmp.Compare(durationOf(measure), durationOf(bound))
	case KindDate: // They are ordered as their texts are.
		return cmp.Compare(measure.text, bound.text)
	}
	if a, whole := measure.AsInteger(); whole {
		if b, whole := bound.AsInteger(); whole {
			return cmp.Compare(a, b)
		}
	}
	a, _ := measure.AsDecimal()
	b, _ := bound.AsDecimal()
	return cmp.Compare(a, b)
}

// extent is the number of a text's characters, or of the entries of a list or a map.
func (v Value) extent() int64 {
	if list, ok := v.AsList(); ok {
		return int64(len(list))
	}
	if entries, ok := v.AsMap(); ok {
		return int64(len(entries))
	}
	return int64(utf8.RuneCountInString(v.text))
}

func durationOf(value Value) time.Duration {
	length, _ := time.ParseDuration(value.text)
	return length
}

// boundFits reports whether Min, Max or a value that the field is compared with is of the form that the kind has for
// it.
func (f Field) boundFits(bound Value) bool {
	switch traits := kinds[f.Kind]; traits.bounded {
	case byValue:
		return Field{Kind: f.Kind}.Fits(bound)
	case byLength, byEntries:
		count, whole := bound.AsInteger()
		return whole && count >= 0
	default:
		return false
	}
}

// Bounds that every value of a kind has, whatever Min and Max say.
const (
	maxFileLength  = 65_536  // characters of a file when Max says nothing else
	maxFileEver    = 1 << 20 // characters
	maxEntries     = 256     // of a list or a map
	maxEntryLength = 4000    // characters of an entry or a key
)

// bounds returns Min and Max, or what the kind has in their place.
func (f Field) bounds() (least, most Value) {
	least, most = f.Min, f.Max
	switch traits := kinds[f.Kind]; {
	case f.Kind == KindInteger || f.Kind == KindByteSize:
		least, most = or(least, Integer(-maxExact)), or(most, Integer(maxExact))
		if f.Kind == KindByteSize && f.Min.IsEmpty() {
			least = Integer(0)
		}
	case f.Kind == KindFile:
		most = or(most, Integer(maxFileLength))
	case traits.bounded == byEntries:
		most = or(most, Integer(maxEntries))
	}
	return least, most
}

func or(value, otherwise Value) Value {
	if value.IsEmpty() {
		return otherwise
	}
	return value
}
