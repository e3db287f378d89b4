package diagnosis

import (
	"regexp"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Tokens of a reduced text. They begin with a sign that no word has after the reduction.
const (
	tokenAddress   = "@addr"
	tokenSender    = "@sender"
	tokenRecipient = "@recipient"
	tokenIP        = "@ip"
	tokenList      = "@list"
	tokenHost      = "@host"
)

// endOfSentence is what stands between two sentences of a reduced text.
const endOfSentence = " . "

// minID is how long a word of letters and digits must be to be taken for an id.
const minID = 9

// reduction takes out of a text what differs from case to case, and makes alike what is written in different ways:
// addresses and names become tokens, web addresses go into a text of their own; accents, contractions, punctuation and
// case go. A full stop at the end of a sentence stays as a word.
type reduction struct {
	words []string
	pages strings.Builder
	c     Circumstances
}

func reduce(text string, c Circumstances) (reduced, addresses string) {
	r := &reduction{c: c, words: make([]string, 0, 64)}
	text = contracted.Replace(strings.ToLower(foldAccents(text)) + " ")
	for text != "" {
		text = r.next(text)
	}
	return " " + strings.Join(r.words, " ") + " ", r.pages.String()
}

// next takes one piece off the text and returns the rest.
func (r *reduction) next(text string) string {
	if isPage(text) {
		end := strings.IndexAny(text, " \t<>\"")
		r.pages.WriteString(" " + text[:end])
		return text[end:]
	}
	end := strings.IndexFunc(text, separates)
	if end == 0 {
		_, size := utf8.DecodeRuneInString(text)
		return text[size:]
	}
	if end < 0 {
		end = len(text)
	}
	if page := strings.Index(text[:end], "http"); page > 0 && isPage(text[page:]) {
		end = page
	}
	r.piece(text[:end])
	return text[end:]
}

func isPage(text string) bool {
	return strings.HasPrefix(text, "http://") || strings.HasPrefix(text, "https://") || strings.HasPrefix(text, "www.")
}

// separates reports whether a rune ends a piece; what holds addresses, names and numbers together does not.
func separates(r rune) bool {
	switch r {
	case '.', '@', '%', ':', '-', '_', '+', '/':
		return false
	}
	return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r)
}

func (r *reduction) piece(piece string) {
	core := strings.Trim(piece, ".:-_+/")
	switch {
	case core == "":
		if strings.Contains(piece, ".") {
			r.stop()
		}
		return
	case strings.Contains(core, "@"):
		r.words = append(r.words, r.address(core))
	case isIP(core):
		r.words = append(r.words, tokenIP)
	case strings.Contains(core, ".") && isName(core):
		r.name(core)
	default:
		r.plain(core)
	}
	if strings.HasSuffix(piece, ".") {
		r.stop()
	}
}

// stop ends a sentence.
func (r *reduction) stop() {
	if len(r.words) > 0 && r.words[len(r.words)-1] != "." {
		r.words = append(r.words, ".")
	}
}

func (r *reduction) address(address string) string {
	sender, recipient := r.c.Envelope.Sender, r.c.Envelope.Recipient
	switch {
	case strings.EqualFold(sender, recipient):
	case strings.EqualFold(address, sender):
		return tokenSender
	case strings.EqualFold(address, recipient):
		return tokenRecipient
	}
	return tokenAddress
}

// isIP reports whether a piece is an IP address, with or without a port.
func isIP(piece string) bool {
	piece = strings.TrimPrefix(strings.TrimPrefix(piece, "ipv6:"), "ip:")
	if host, port, found := strings.Cut(piece, ":"); found && isDigits(port) {
		piece = host
	}
	if strings.Count(piece, ":") >= 2 {
		return strings.Trim(piece, "0123456789abcdef:.") == ""
	}
	return strings.Count(piece, ".") == 3 && strings.Trim(piece, "0123456789.") == "" && !strings.Contains(piece, "..")
}

func isDigits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// isName reports whether a piece with a dot is a host name: labels of letters and digits, the last of letters only.
func isName(piece string) bool {
	last := piece[strings.LastIndexByte(piece, '.')+1:]
	return len(last) >= 2 && strings.Trim(last, "abcdefghijklmnopqrstuvwxyz") == "" && !strings.Contains(piece, "..") &&
		strings.Trim(piece, "abcdefghijklmnopqrstuvwxyz0123456789.-_") == ""
}

// exchangeCodes begin what looks like a host name: Exchange names so what refuses, such as RESOLVER.RST.AuthRequired.
var exchangeCodes = []string{
	"resolver.", "transport.", "storedrv.", "routing.", "smtpsend.", "approval.", "queue.", "content.", "agent.",
}

func (r *reduction) name(name string) {
	for _, code := range exchangeCodes {
		if strings.HasPrefix(name, code) {
			r.plain(name)
			return
		}
	}
	if listName().MatchString(name) {
		r.words = append(r.words, tokenList)
		return
	}
	r.words = append(r.words, tokenHost)
}

// plain splits a piece into words; numbers with dots, such as enhanced status codes, stay whole.
func (r *reduction) plain(piece string) {
	for word := range strings.FieldsFuncSeq(piece, func(r rune) bool { return strings.ContainsRune(":-_+/", r) }) {
		if isDigits(strings.ReplaceAll(word, ".", "")) {
			r.words = append(r.words, word)
			continue
		}
		for part := range strings.SplitSeq(word, ".") {
			if part != "" && (len(part) < minID || !isID(part)) {
				r.words = append(r.words, part)
			}
		}
	}
}

// isID reports whether a word has letters and digits, as queue ids, hashes and time stamps do.
func isID(word string) bool {
	return strings.ContainsAny(word, "0123456789") && strings.ContainsFunc(word, unicode.IsLetter)
}

var (
	// listName is the name of a blocklist in the DNS.
	listName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(
			`spamhaus|spamcop|barracudacentral|uceprotect|abuseat|(?:^|[.-])sorbs\.|rbl[0-9]*(?:[.-]|$)|dnsbl|blackholes|` +
				`surbl|uribl|invaluement|hostkarma|junkemailfilter|psbl\.|mailspike|njabl|backscatterer|manitu\.net|senderbase|` +
				`abusix|blocklist|blacklist|truncate\.gbudb|prs\.proofpoint|dynablock|mail-abuse|` +
				`(?:^|[.-])(?:zen|sbl|xbl|pbl|cbl|bl|dbl)\.`)
	})
	contracted = strings.NewReplacer(
		"’", "'", "can't", "cannot", "can not ", "cannot ", "won't", "will not", "n't ", " not ", "'s ", " ",
		"e-mail", "email", "relay=", "",
		"<", " <", "[", " [", "...", ". ")
)

// foldAccents writes Latin letters without their accents; servers send them with and without.
func foldAccents(text string) string {
	ascii := true
	for i := range len(text) {
		ascii = ascii && text[i] < utf8.RuneSelf
	}
	if ascii {
		return text
	}
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(text))
}

// enhancedIn finds an enhanced status code that does not stand where RFC 2034 wants it, as in “(#5.7.1)”.
func enhancedIn(text string, code int) string {
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return strings.ContainsRune(" \t#()[],;:-", r) }) {
		word = strings.TrimRight(word, ".")
		if len(word) >= 5 && len(word) <= 9 && strings.Count(word, ".") == 2 && word[1] == '.' &&
			int(word[0]-'0') == code/100 &&
			isDigits(strings.ReplaceAll(word, ".", "")) {
			return word
		}
	}
	return ""
}
