package hostile

import (
	"bytes"
	"iter"
	"slices"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	pb "github.com/smtp-settings/smtp-settings/shared/internal/settingsv1"
)

// manyBytes is as much as a lie repeats; a message may have a little more.
const (
	manyBytes = 900 << 10
	longText  = 64 << 10
)

// notUTF8 is what a text is before it becomes something that is not UTF-8, which could not be marshalled.
const notUTF8 = "NOT-UTF-8-NOT-UTF-8"

// Lies returns the lies about every field of every message of every answer, and those that take several messages or
// none.
func Lies() []Lie {
	var lies []Lie
	for method, template := range templates() {
		for i, message := range template {
			for name, change := range changes(message) {
				lies = append(lies, Lie{Method: method, Name: name, messages: func() [][]byte {
					messages := slices.Clone(template)
					messages[i] = proto.Clone(message)
					change(messages[i].ProtoReflect())
					list := encoded(messages)
					for j := range list {
						list[j] = bytes.ReplaceAll(list[j], []byte(notUTF8), bytes.Repeat([]byte{0xff}, len(notUTF8)))
					}
					return list
				}})
			}
		}
		lies = append(lies, failures(method)...)
	}
	return slices.Concat(lies, streams(), moves())
}

// templates are the messages of the truth by method.
func templates() map[string][]proto.Message {
	all := map[string][]proto.Message{}
	told := truth()
	for method := range methods() {
		kind, err := protoregistry.GlobalTypes.FindMessageByName(method.Output().FullName())
		if err != nil {
			panic(err) // A defect of this package.
		}
		name := string(method.Name())
		answer, known := told[name]
		if !known {
			continue
		}
		for _, encoded := range answer.messages() {
			message := kind.New().Interface()
			if err := proto.Unmarshal(encoded, message); err != nil {
				panic(err)
			}
			all[name] = append(all[name], message)
		}
	}
	return all
}

// methods goes through the calls of the contract, of every service that its files declare.
func methods() iter.Seq[protoreflect.MethodDescriptor] {
	return func(yield func(protoreflect.MethodDescriptor) bool) {
		protoregistry.GlobalFiles.RangeFilesByPackage(contract, func(file protoreflect.FileDescriptor) bool {
			for i := range file.Services().Len() {
				methods := file.Services().Get(i).Methods()
				for j := range methods.Len() {
					if !yield(methods.Get(j)) {
						return false
					}
				}
			}
			return true
		})
	}
}

// contract is the package of its services.
var contract = pb.File_settings_v1_settings_proto.Package()

// Methods are the calls of the contract, by name.
func Methods() []string {
	var names []string
	for method := range methods() {
		names = append(names, string(method.Name()))
	}
	slices.Sort(names) // The files are registered in no order.
	return names
}

// Failure is a call that fails with the status, and a text that could do harm.
func Failure(method string, code codes.Code) Lie {
	return Lie{
		Method: method, Name: "fails with " + code.String(),
		err: status.Error(code, "\x1b[2J\u202e<script>"+strings.Repeat("x", 10_000)),
	}
}

// failures are calls that fail, with every status and a text that could do harm. The two that a plugin that is gone has
// too are left out: what they mean takes a while to find out.
func failures(method string) []Lie {
	var lies []Lie
	for code := codes.Unknown; code <= codes.Unauthenticated; code++ {
		if code == codes.Unavailable {
			continue
		}
		lies = append(lies, Failure(method, code))
	}
	return append(lies,
		Lie{Method: method, Name: "nothing at all"},
		Lie{Method: method, Name: "an empty message", messages: func() [][]byte { return [][]byte{{}} }},
		Lie{
			Method: method, Name: "no message of the contract",
			messages: func() [][]byte { return [][]byte{bytes.Repeat([]byte{0xff}, 1000)} },
		},
		Lie{
			Method: method, Name: "a message too large",
			messages: func() [][]byte { return [][]byte{make([]byte, 2<<20)} },
		},
	)
}

// streams are lies in the order and the number of events.
func streams() []Lie {
	all := events()
	started, finished, completed := all[0], all[1], all[2]
	lies := []Lie{
		says("Test", "no verdict", started, finished), says("Test", "two verdicts", completed, completed),
		says("Test", "on after the verdict", completed, started),
		says("Test", "the end without a beginning", finished, completed),
		says("Test", "two beginnings", started, started, completed),
		says("Test", "two ends", started, finished, finished, completed), says("Test", "only a beginning", started),
		says("Test", "an unknown event", &pb.TestResponse{}),
	}
	for name, messages := range map[string][]proto.Message{
		"steps without end": {started, finished}, "beginnings without end": {started},
		"unknown events without end": {&pb.TestResponse{}},
		"verdicts without end":       {completed},
	} {
		lie := says("Test", name, messages...)
		lie.endless = true
		lies = append(lies, lie)
	}
	return lies
}

// moves are lies in the order and the number of what is told of a move.
func moves() []Lie {
	all := truth()["Migrate"].messages()
	progress, result := all[0], all[1]
	tells := func(name string, messages ...[]byte) Lie {
		return Lie{Method: "Migrate", Name: name, messages: func() [][]byte { return messages }}
	}
	lies := []Lie{
		tells("no result", progress), tells("two results", result, result),
		tells("on after the result", result, progress), tells("an unknown event", []byte{}),
	}
	for name, message := range map[string][]byte{
		"progress without end": progress, "results without end": result, "unknown events without end": {},
	} {
		lie := tells(name, message)
		lie.endless = true
		lies = append(lies, lie)
	}
	return lies
}

// way leads from a message to one in it.
type way struct {
	field protoreflect.FieldDescriptor
	key   protoreflect.MapKey // of a map
	index int                 // in a list
}

// changes returns the lies about each field of a message, and of those in it, as changes of a copy of the message.
func changes(message proto.Message) iter.Seq2[string, func(protoreflect.Message)] {
	return func(yield func(string, func(protoreflect.Message)) bool) {
		for path, field := range sites(message.ProtoReflect()) {
			for name, change := range liesAbout(field) {
				change := func(m protoreflect.Message) { change(follow(m, path), field) }
				if !yield(string(field.FullName())+": "+name, change) {
					return
				}
			}
		}
	}
}

// site is a field in a message, and the way to that message.
type site struct {
	path  []way
	field protoreflect.FieldDescriptor
}

// everywhere are messages that are in very many places, so that a lie in one of them has to do.
var everywhere = map[protoreflect.Name]bool{"Field": true, "Condition": true, "Value": true, "Option": true}

// sites goes through the fields of a message and of those in it, with the way to each. A field of a message that is in
// many places counts once for each field that the message stands in, where it has something in it if it does anywhere.
func sites(m protoreflect.Message) iter.Seq2[[]way, protoreflect.FieldDescriptor] {
	type place struct{ in, field protoreflect.FullName }
	found := map[place]int{}
	var all []site
	for path, field := range everySite(m, nil) {
		at := place{field: field.FullName()}
		if len(path) > 0 && !everywhere[field.ContainingMessage().Name()] {
			at.in = path[len(path)-1].field.FullName()
		}
		i, known := found[at]
		switch {
		case !known:
			found[at] = len(all)
			all = append(all, site{path, field})
		case !follow(m, all[i].path).Has(field) && follow(m, path).Has(field):
			all[i] = site{path, field}
		}
	}
	return func(yield func([]way, protoreflect.FieldDescriptor) bool) {
		for _, one := range all {
			if !yield(one.path, one.field) {
				return
			}
		}
	}
}

func everySite(m protoreflect.Message, path []way) iter.Seq2[[]way, protoreflect.FieldDescriptor] {
	return func(yield func([]way, protoreflect.FieldDescriptor) bool) {
		fields := m.Descriptor().Fields()
		for i := range fields.Len() {
			field := fields.Get(i)
			if !yield(path, field) {
				return
			}
			for inner, next := range inside(m, field) {
				for deeper, deepest := range everySite(inner, append(append([]way{}, path...), next)) {
					if !yield(deeper, deepest) {
						return
					}
				}
			}
		}
	}
}

// inside goes through the messages in a field.
func inside(m protoreflect.Message, field protoreflect.FieldDescriptor) iter.Seq2[protoreflect.Message, way] {
	return func(yield func(protoreflect.Message, way) bool) {
		switch {
		case !m.Has(field):
		case field.IsMap() && field.MapValue().Message() != nil:
			m.Get(field).Map().Range(func(key protoreflect.MapKey, value protoreflect.Value) bool {
				return yield(value.Message(), way{field: field, key: key})
			})
		case field.IsMap():
		case field.IsList() && field.Message() != nil:
			list := m.Get(field).List()
			for i := range list.Len() {
				if !yield(list.Get(i).Message(), way{field: field, index: i}) {
					return
				}
			}
		case field.Message() != nil && !field.IsList():
			yield(m.Get(field).Message(), way{field: field})
		}
	}
}

func follow(m protoreflect.Message, path []way) protoreflect.Message {
	for _, next := range path {
		switch value := m.Mutable(next.field); {
		case next.field.IsMap():
			m = value.Map().Get(next.key).Message()
		case next.field.IsList():
			m = value.List().Get(next.index).Message()
		default:
			m = value.Message()
		}
	}
	return m
}

// Texts that are too long, made once.
var (
	longLatin   = strings.Repeat("x", longText)
	longChinese = strings.Repeat("長", longText/3)
)
