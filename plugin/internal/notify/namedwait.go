package notify

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// namedWait finds the time after which a server wants to be asked again in what it says; 0 when it names none. "Try
// again in 300 seconds", "wait 1 hour", "in 5 Minuten erneut" and "retry-after: 300" are such words, and 00:05:00 after
// them. A number alone is one of seconds.
func namedWait(said string) time.Duration {
	said = strings.ToLower(said)
	for _, pattern := range waitPatterns() {
		found := pattern.FindStringSubmatch(said)
		if found == nil {
			continue
		}
		if wait := amount(found[1]); wait > 0 {
			return wait
		}
	}
	return 0
}

// amount is a time such as "5 minutes", "1h 30m", "an hour", "00:05:00" or "300"; 0 where it is none.
func amount(text string) time.Duration {
	if parts := strings.Split(text, ":"); len(parts) == 3 {
		var wait time.Duration
		for _, part := range parts {
			count, _ := strconv.Atoi(part) // Two digits.
			wait = 60*wait + time.Duration(count)*time.Second
		}
		return wait
	}
	if count, err := strconv.Atoi(text); err == nil {
		return time.Duration(count) * time.Second
	}
	var wait time.Duration
	for _, part := range partPattern().FindAllStringSubmatch(text, -1) {
		count, err := strconv.Atoi(part[1])
		if err != nil {
			count = numbers[part[1]]
		}
		wait += time.Duration(count) * unitOf(part[2])
	}
	return wait
}

func unitOf(word string) time.Duration {
	if strings.HasPrefix(word, "stunde") {
		return time.Hour
	}
	return units[[]rune(word)[0]]
}

// units are known by the first letter, in all languages that are read but German.
var units = map[rune]time.Duration{
	's': time.Second, 'm': time.Minute, 'h': time.Hour, 'd': 24 * time.Hour, 'с': time.Second, 'м': time.Minute,
	'ч': time.Hour,
}

var numbers = map[string]int{
	"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10, "fifteen": 15,
	"twenty": 20, "thirty": 30, "sixty": 60, "einer": 1, "une": 1, "un": 1, "una": 1, "uma": 1,
}

const (
	number = `(?:\d{1,5}|an?|one|two|three|four|five|six|ten|fifteen|twenty|thirty|sixty|einer|une?|una|uma)`
	unit   = `(?:stunden?|seconds?|sekunden?|secondes?|segundos?|secs?|s|секунд\pL*` +
		`|minutes?|minuten?|minutos?|mins?|m|минут\pL*|hours?|horas?|heures?|hrs?|h|час\pL*|days?)`
	duration = number + `[ -]?` + unit + `(?:,? ?(?:and )?\d{1,2} ?` + unit + `)?`

	// askAgain are words before the time, with others between that do not end what is said.
	askAgain = `(?:again|back|retry|retrying|wait|resend|later|delayed|deferred|blocked|throttled|suspended|greylisted` +
		`|rate.limited|erneut|wieder|warten|réessayez|réessayer|nouveau|intente|inténtelo|espere|aguarde|tente|novamente` +
		`|повторите|подождите|через)[^\pL\d](?:[^.;0-9]{0,40}[^\pL\d])?`
	// afterwards are words after it.
	afterwards = `[ ,]{1,3}(?:before|and|then|please|later|erneut|wieder|avant|antes|puis|y|e)\b.{0,30}` +
		`(?:again|retry|retrying|try|send|versuchen|réessay|intent|tent)`
)

var (
	partPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(` + number + `)[ -]?(` + unit + `)`)
	})
	waitPatterns = sync.OnceValue(func() []*regexp.Regexp {
		return []*regexp.Regexp{
			regexp.MustCompile(askAgain + `(` + duration + `)(?:[^\pL\d]|$)`),
			regexp.MustCompile(askAgain + `(\d\d:\d\d:\d\d)\b`),
			regexp.MustCompile(`retry[- _]after[:= ]{1,3}(\d{1,5})(?:[^\pL\d]|$)`),
			regexp.MustCompile(`(?:in|within|after|for|nach|dans|en|em)\s(` + duration + `)(?: ago)?` + afterwards),
			regexp.MustCompile(`in (` + duration + `) (?:erneut|wieder|nochmals)`),
		}
	})
)
