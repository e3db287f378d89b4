package hostile

import (
	"fmt"
	"math"
	"sync"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
)

type change func(m protoreflect.Message, field protoreflect.FieldDescriptor)

// liesAbout returns the lies about a field.
func liesAbout(field protoreflect.FieldDescriptor) map[string]change {
	lies := map[string]change{
		"absent": func(m protoreflect.Message, field protoreflect.FieldDescriptor) { m.Clear(field) },
	}
	switch {
	case field.IsMap():
		for name, key := range map[string]string{
			"a key that is not declared": "nobody", "an empty key": "", "a secret as key": "token",
			"an escape as key": "\x1b[2J",
		} {
			lies[name] = withKeys(key)
		}
		lies["very many keys"] = withKeys(manyKeys()...)
	case field.IsList():
		lies["an entry twice"] = repeated(2)
		lies["very many entries"] = repeated(math.MaxInt)
		if field.Kind() == protoreflect.StringKind {
			lies["very many different entries"] = different
		}
		lies["an empty entry"] = func(m protoreflect.Message, field protoreflect.FieldDescriptor) {
			list := m.Mutable(field).List()
			list.Append(list.NewElement())
		}
	case field.Message() != nil:
		lies["empty"] = func(m protoreflect.Message, field protoreflect.FieldDescriptor) {
			m.Set(field, m.NewField(field))
		}
	default:
		for name, value := range scalars(field) {
			lies[name] = func(m protoreflect.Message, field protoreflect.FieldDescriptor) { m.Set(field, value) }
		}
	}
	return lies
}

var manyKeys = sync.OnceValue(func() []string {
	many := make([]string, 20_000)
	for i := range many {
		many[i] = fmt.Sprint("key_", i)
	}
	return many
})

// withKeys adds keys to a map.
func withKeys(keys ...string) change {
	return func(m protoreflect.Message, field protoreflect.FieldDescriptor) {
		entries := m.Mutable(field).Map()
		for _, key := range keys {
			entries.Set(protoreflect.ValueOfString(key).MapKey(), entries.NewValue())
		}
	}
}

// repeated repeats what a list has, but not beyond what a message may hold.
func repeated(times int) change {
	return func(m protoreflect.Message, field protoreflect.FieldDescriptor) {
		list := m.Mutable(field).List()
		if list.Len() == 0 {
			list.Append(list.NewElement())
		}
		entries, size := list.Len(), proto.Size(m.Interface())
		for i := 1; i < times && i*(size+1) < manyBytes; i++ {
			for j := range entries {
				list.Append(list.Get(j))
			}
		}
	}
}

// different adds texts to a list, each of which is another one, but not beyond what a message may hold.
func different(m protoreflect.Message, field protoreflect.FieldDescriptor) {
	const most = manyBytes / len("entry 12345 ")
	list := m.Mutable(field).List()
	for i := range most {
		list.Append(protoreflect.ValueOfString(fmt.Sprint("entry ", i)))
	}
}

// scalars are extremes of a kind.
func scalars(field protoreflect.FieldDescriptor) map[string]protoreflect.Value {
	values := map[string]protoreflect.Value{}
	switch field.Kind() {
	case protoreflect.StringKind:
		for name, text := range map[string]string{
			"empty": "", "control characters": "\x00\x1b[2J\x1b]0;owned\x07\r\n\u202e\u0085",
			"HTML": `"><script>alert(1)</script>`, "very long": longLatin,
			"very long in Chinese": longChinese, "not UTF-8": notUTF8, "not declared": "nobody", "a secret": "token",
			"itself": "server",
		} {
			values[name] = protoreflect.ValueOfString(text)
		}
	case protoreflect.Int32Kind:
		for _, n := range []int32{0, -1, math.MinInt32, math.MaxInt32} {
			values[fmt.Sprint(n)] = protoreflect.ValueOfInt32(n)
		}
	case protoreflect.Int64Kind:
		// The last two are years that RFC 3339 has not.
		for _, n := range []int64{0, -1, math.MinInt64, math.MaxInt64, 253402300800, -62135596801} {
			values[fmt.Sprint(n)] = protoreflect.ValueOfInt64(n)
		}
	case protoreflect.DoubleKind:
		for _, f := range []float64{0, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, 1e-320} {
			values[fmt.Sprint(f)] = protoreflect.ValueOfFloat64(f)
		}
	case protoreflect.EnumKind:
		for _, n := range []protoreflect.EnumNumber{-1, 0, 99, math.MaxInt32} {
			values[fmt.Sprint(n)] = protoreflect.ValueOfEnum(n)
		}
	case protoreflect.BoolKind:
		values["true"], values["false"] = protoreflect.ValueOfBool(true), protoreflect.ValueOfBool(false)
	default:
		panic("no lies about " + field.Kind().String())
	}
	return values
}
