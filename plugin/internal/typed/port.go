package typed

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Port is a port as it may have been meant.
type Port struct {
	Number int
	// Encrypted tells that encryption was named with it, or that the port is used with nothing else (465).
	Encrypted bool
}

// mailPorts are those that servers take mail from their users on, in the order of preference.
var mailPorts = []int{465, 587, 2525, 25, 2587, 2465, 1025, 26}

// services are the names of the ports (IANA).
var services = map[string]int{"smtp": 25, "smtps": 465, "submissions": 465, "submission": 587}

var (
	encrypting = []string{"tls", "ssl", "starttls", "smtps", "submissions", "ssltls", "tlsssl", "stls"}
	negating   = []string{"no", "not", "none", "non", "without", "plain", "off", "unencrypted", "ohne", "kein", "sans",
		"sin"}
)

// encryption reports whether the words name encryption and nothing takes it back.
func encryption(words []string) bool {
	named := slices.ContainsFunc(words, func(word string) bool { return slices.Contains(encrypting, word) })
	return named && !slices.ContainsFunc(words, func(word string) bool { return slices.Contains(negating, word) })
}

// Ports returns the ports that a text names, at most three: of several, those that encrypt first.
func Ports(text string) []Port {
	if len(text) > Longest {
		return nil
	}
	words := strings.FieldsFunc(strings.ToLower(Plain(text)), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
	encrypted := encryption(words)
	var numbers []int
	for _, word := range words {
		digits, letters := word, ""
		if i := strings.IndexFunc(word, unicode.IsLetter); i > 0 { // 587tls, 465ssl
			digits, letters = word[:i], word[i:]
			encrypted = encrypted || encryption([]string{letters})
		}
		if number, valid := portNumber(digits); valid {
			numbers = append(numbers, number)
		}
	}
	numbers = whole(numbers, words)
	if len(numbers) == 0 {
		for _, word := range words {
			if number, known := services[word]; known {
				numbers = append(numbers, number)
			}
		}
	}
	return ports(numbers, encrypted)
}

// whole puts a number together that was written in groups, such as 2,525 or 5 8 7.
func whole(numbers []int, words []string) []int {
	known := func(number int) bool { return slices.Contains(mailPorts, number) }
	if len(numbers) < 2 {
		return numbers
	}
	if slices.ContainsFunc(numbers, known) {
		return slices.DeleteFunc(numbers, func(number int) bool { return !known(number) })
	}
	if number, valid := portNumber(strings.Join(words, "")); valid {
		return []int{number}
	}
	return numbers
}

// ports lists the numbers, without repetition.
func ports(numbers []int, encrypted bool) []Port {
	slices.SortStableFunc(numbers, func(one, other int) int { return rank(one) - rank(other) })
	var found []Port
	for _, number := range slices.Compact(numbers) {
		if len(found) < most {
			found = append(found, Port{Number: number, Encrypted: encrypted || number == 465})
		}
	}
	return found
}

// rank is the place of a port in the order of preference.
func rank(port int) int {
	if i := slices.Index(mailPorts, port); i >= 0 {
		return i
	}
	return len(mailPorts)
}

func portNumber(digits string) (int, bool) {
	number, err := strconv.ParseUint(digits, 10, 16)
	return int(number), err == nil && number > 0
}
