package typed

import (
	"strconv"
	"strings"
	"time"
)

var (
	length = compiled(`^([0-9]{1,6})(?:[.,]([0-9]{1,3}))? ?([^0-9\s]*)$`)
	units  = map[string]time.Duration{"": time.Second, "ms": time.Millisecond, "s": time.Second, "sec": time.Second,
		"sek": time.Second, "m": time.Minute, "min": time.Minute, "h": time.Hour}
)

// Duration reads a length of time: a number, of seconds where no unit stands beside it. A unit may be written out, in a
// language in which it begins with the same letters.
func Duration(text string) (time.Duration, bool) {
	parts := length().FindStringSubmatch(strings.ToLower(Undecorated(Plain(text))))
	if parts == nil {
		return 0, false
	}
	word := strings.TrimRight(parts[3], ".")
	unit, known := units[word]
	for _, long := range []string{"sec", "sek", "min"} {
		if !known && strings.HasPrefix(word, long) {
			unit, known = units[long], true
		}
	}
	number, err := strconv.ParseFloat(parts[1]+"."+parts[2]+"0", 64)
	return time.Duration(number * float64(unit)), known && err == nil
}
