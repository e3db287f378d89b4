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
		found := pattern.FindStringSubmatchIndex(said)
		if found == nil || isNoWait(said[found[3]:]) {
			continue
		}
		if wait := amount(said[found[2]:found[3]]); wait > 0 {
			return wait
		}
	}
	return 0
}

// isNoWait reports whether the time before the rest of what is said is one that has passed, or one of something.
func isNoWait(rest string) bool {
	return strings.HasPrefix(strings.TrimLeft(rest, " "), "ago") || strings.HasPrefix(rest, "'") ||
		strings.HasPrefix(rest, "’")
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

// The times that are read. Letters that are units, and articles that are numbers, are parts of ordinary words: "as" is
// no second, "I am" no minute, "a second time" no time, and "messages a day" no wait.
const (
	hours   = `stunden?|hours?|horas?|heures?|час\pL*`
	minutes = `minutes?|minuten?|minutos?|минут\pL*`
	seconds = `seconds?|sekunden?|secondes?|segundos?|секунд\pL*`
	words   = hours + `|` + minutes + `|days?`
	unit    = `(?:` + words + `|` + seconds + `|secs?|s|mins?|m|hrs?|h)`

	article = `(?:an?|une?|una|uma|einer)`
	number  = `(?:one|two|three|four|five|six|ten|fifteen|twenty|thirty|sixty)`

	// aDuration is one that begins with an article. Words before it have to say that it is one.
	aDuration = article + `[ -](?:` + words + `)`
	duration  = `(?:\d{1,5}[ -]?` + unit + `|` + number + `[ -](?:` + words + `|` + seconds + `))` +
		`(?:,? ?(?:and )?\d{1,2} ?` + unit + `)?`
	part = `(\d{1,5}|` + article + `|` + number + `)[ -]?(` + unit + `)`

	// askAgain are words before the time, with others between that do not end what is said.
	askAgain = `(?:again|back|retry|retrying|wait|resend|later|delayed|deferred|blocked|throttled|suspended|greylisted` +
		`|rate.limited|erneut|wieder|warten|réessayez|réessayer|nouveau|intente|inténtelo|espere|aguarde|tente|novamente` +
		`|повторите|подождите|через)[^\pL\d](?:[^.;0-9]{0,40}[^\pL\d])?`
	// within are words right before it.
	within = `(?:in|within|after|for|nach|dans|en|em)`
	// afterwards are words after it.
	afterwards = `[ ,]{1,3}(?:before|and|then|please|later|erneut|wieder|avant|antes|puis|y|e)\b.{0,30}` +
		`(?:again|retry|retrying|try|send|versuchen|réessay|intent|tent)`
)

var (
	partPattern = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(part)
	})
	waitPatterns = sync.OnceValue(func() []*regexp.Regexp {
		return []*regexp.Regexp{
			regexp.MustCompile(askAgain + `(` + duration + `)(?:[^\pL\d]|$)`),
			regexp.MustCompile(askAgain + `(?:` + within + `|least|about|than)\s(` + aDuration + `)(?:[^\pL\d]|$)`),
			regexp.MustCompile(`(?:wait|warten|espere|aguarde)\s(` + aDuration + `)(?:[^\pL\d]|$)`),
			regexp.MustCompile(askAgain + `(\d\d:\d\d:\d\d)\b`),
			regexp.MustCompile(`retry[- _]after[:= ]{1,3}(\d{1,5})(?:[^\pL\d]|$)`),
			regexp.MustCompile(within + `\s(` + duration + `|` + aDuration + `)` + afterwards),
			regexp.MustCompile(`in (` + duration + `|` + aDuration + `) (?:erneut|wieder|nochmals)`),
		}
	})
)
