package typed

import (
	"regexp"
	"sync"
)

// compiled compiles an expression when it is first needed: a process that only delivers never reads what was typed.
func compiled(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
