package notify

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// namedWait finds the time after which a server wants to be asked again in what it says; 0 when it names none. "Try
// again in 300 seconds" and "retry after 5 minutes" are such words, and 00:05:00 after them.
func namedWait(said string) time.Duration {
	said = strings.ToLower(said)
	if found := waitPattern().FindStringSubmatch(said); found != nil {
		count, err := strconv.Atoi(found[1])
		if err != nil {
			return 0
		}
		return time.Duration(count) * units[found[2][0]]
	}
	if found := clockPattern().FindStringSubmatch(said); found != nil {
		var wait time.Duration
		for _, part := range found[1:] {
			count, _ := strconv.Atoi(part) // Two digits.
			wait = 60*wait + time.Duration(count)*time.Second
		}
		return wait
	}
	return 0
}

var units = map[byte]time.Duration{'s': time.Second, 'm': time.Minute, 'h': time.Hour}

const askAgain = `(?:again|back|retry|wait|resend|later|delayed|deferred)\W(?:[^.;0-9]{0,40}\W)?`

var (
	waitPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(askAgain + `(\d{1,5}) ?(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?)\b`)
	})
	clockPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(askAgain + `(\d\d):(\d\d):(\d\d)\b`)
	})
)
