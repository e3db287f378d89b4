package manifest

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

// Error is a manifest that cannot be used. It names the file, the place and the remedy, and no value.
type Error struct {
	Path string
	// Line and Column are where it is, from 1 on; 0 where it is the whole file.
	Line, Column int
	Reason       string
	Err          error
}

func (e *Error) Error() string { return e.Path + ":" + e.separator() + e.Message() }
func (e *Error) Unwrap() error { return e.Err }

func (e *Error) separator() string {
	if e.Line > 0 {
		return ""
	}
	return " "
}

// Message is the error without the file's name, in the form that Reported reads.
func (e *Error) Message() string {
	if e.Line > 0 {
		return fmt.Sprintf("%d:%d: %s", e.Line, e.Column, e.Reason)
	}
	return e.Reason
}

var placed = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^([0-9]{1,9}):([0-9]{1,9}): `) })

// Reported is the error that the other process found in the file and told by its message.
func Reported(path, message string, cause error) *Error {
	e := &Error{Path: path, Reason: message, Err: cause}
	if place := placed().FindStringSubmatch(message); place != nil {
		e.Line, _ = strconv.Atoi(place[1])
		e.Column, _ = strconv.Atoi(place[2])
		e.Reason = message[len(place[0]):]
	}
	return e
}

// at completes an error with the file's name.
func at(path string, err error) error {
	var unusable *Error
	if errors.As(err, &unusable) {
		unusable.Path = path
	}
	return err
}

// cut takes the number of an entry from the path of a key.
func cut(key string) (name, entry string, found bool) { return strings.Cut(key, separator) }

// path is the path of a key in the plugin block.
func (m *Manifest) path(keys ...string) string {
	return strings.Join(append([]string{pluginBlock, m.Name}, keys...), separator)
}

// ValueError is a value that turned out to be of no use after the file was read. transport.Main gives it its place when
// a plugin's open function returns it; see Refuse.
type ValueError struct {
	// Key is as Refuse takes it.
	Key string
	// Err does not repeat the value.
	Err error
}

func (e *ValueError) Error() string { return e.Key + ": " + e.Err.Error() }
func (e *ValueError) Unwrap() error { return e.Err }
