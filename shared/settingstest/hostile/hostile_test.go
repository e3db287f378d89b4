package hostile

import "testing"

// TestTruthIsComplete names the calls that have no truth, and the lists, maps and messages that it leaves empty:
// nothing would be lied about what is in them.
func TestTruthIsComplete(t *testing.T) {
	all := templates()
	for _, method := range Methods() {
		if len(all[method]) == 0 {
			t.Errorf("there is no truth about %s", method)
		}
	}
	empty, filled := map[string]bool{}, map[string]bool{}
	for _, messages := range all {
		for _, message := range messages {
			for path, field := range sites(message.ProtoReflect()) {
				if field.Message() == nil || field.ContainingOneof() != nil {
					continue
				}
				if follow(message.ProtoReflect(), path).Has(field) {
					filled[string(field.FullName())] = true
				} else {
					empty[string(field.FullName())] = true
				}
			}
		}
	}
	for name := range empty {
		if !filled[name] {
			t.Errorf("the truth has no %s", name)
		}
	}
}
