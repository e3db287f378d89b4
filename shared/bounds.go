package shared

import (
	"cmp"
	"time"
	"unicode/utf8"
)

// within reports whether what is bounded of a value lies between two bounds, each of which may be empty. The value is
// of the field's kind.
func (f Field) within(value, least, most Value) bool {
	return (least.IsEmpty() || f.order(value, least) >= 0) && (most.IsEmpty() || f.order(value, most) <= 0)
}

// order compares what is bounded of a value with a bound.
func (f Field) order(value, bound Value) int {
	switch traits := kinds[f.Kind]; {
	case traits.bounded == byLength || traits.bounded == byEntries || f.Kind == KindChoice:
		limit, _ := bound.AsInteger()
		return cmp.Compare(f.extent(value), limit)
	case f.Kind == KindDuration:
		return cmp.Compare(durationOf(value), durationOf(bound))
	case traits.form == FormText: // Dates are ordered as their texts are.
		return cmp.Compare(value.text, bound.text)
	}
	if a, whole := value.AsInteger(); whole {
		if b, whole := bound.AsInteger(); whole {
			return cmp.Compare(a, b)
		}
	}
	a, _ := value.AsDecimal()
	b, _ := bound.AsDecimal()
	return cmp.Compare(a, b)
}

// extent is the number of a text's characters, or of the entries of a list or a map.
func (f Field) extent(value Value) int64 {
	if list, ok := value.AsList(); ok {
		return int64(len(list))
	}
	if entries, ok := value.AsMap(); ok {
		return int64(len(entries))
	}
	return int64(utf8.RuneCountInString(value.text))
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

// compareBounds orders two bounds.
func (f Field) compareBounds(a, b Value) int {
	if kinds[f.Kind].bounded == byValue {
		return f.order(a, b)
	}
	return cmp.Compare(a.integer, b.integer)
}
