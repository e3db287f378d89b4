package smtpconn

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/smtp-settings/smtp-settings/shared"
)

// redactionFor is the redaction of a conversation that logs in with the password.
func redactionFor(password string) *redaction {
	return redactionOf(Target{Login: "me@example.com", Password: shared.NewSecretText(password)})
}

// TestDisguisesAreHidden has servers repeat passwords in every disguise, alone and within a sentence.
func TestDisguisesAreHidden(t *testing.T) {
	for _, password := range []string{"c4nary.Pa55word/9f3b", "S3cr3t#Pa55", "Tr0ub4dor&3",
		"correct horse battery", "k7Qz9wXy"} {
		secrets := redactionFor(password)
		for name, disguise := range disguises {
			echo := disguise(password)
			for _, sentence := range []string{"%s", "you said %s.", "5.7.8 <%s> for me@example.com is wrong", "a1 [%s] zz9"} {
				shown := strings.Join(secrets.hideLines(strings.Split(fmt.Sprintf(sentence, echo), "\n")), "\n")
				before, after, _ := strings.Cut(sentence, "%s")
				rest := strings.TrimSuffix(strings.TrimPrefix(shown, before), after)
				for _, piece := range strings.Split(strings.ReplaceAll(rest, hiddenText, "\n"), "\n") {
					if solid := strings.Map(onlyAlphanumeric, piece); len(solid) > 3 {
						t.Errorf("%q, %s: %q of %q is shown: %q", password, name, solid, echo, shown)
					}
				}
				if !strings.Contains(shown, hiddenText) {
					t.Errorf("%q, %s: nothing of %q is hidden", password, name, echo)
				}
			}
		}
	}
}

func onlyAlphanumeric(r rune) rune {
	if r < utf8.RuneSelf && isLetterOrDigit(r) {
		return r
	}
	return -1
}

// TestPiecesAreHidden repeats the beginning, the middle and the end of a password.
func TestPiecesAreHidden(t *testing.T) {
	const password = "c4nary.Pa55word/9f3b"
	secrets := redactionFor(password)
	for length := plainFragment + 1; length <= len(password); length++ {
		for begin := 0; begin+length <= len(password); begin++ {
			piece := password[begin : begin+length]
			if solid, _ := foldText(piece); len(solid) < plainFragment {
				continue
			}
			for _, echo := range []string{piece, strings.ToUpper(piece), reversed(piece), hex.EncodeToString([]byte(piece)),
				inBase64("is " + piece + "...")} {
				if shown := secrets.hide("no: " + echo); strings.Contains(shown, echo) {
					t.Errorf("%q of %q is shown", echo, password)
				}
			}
		}
	}
}

// TestShortAndOddPasswordsAreHidden looks at those that have few characters, hardly any letters, or other letters.
func TestShortAndOddPasswordsAreHidden(t *testing.T) {
	for _, password := range []string{
		"ab", "x1z", "q7Zp", "q7Zp9", "!?", "!@#$%^&*()", "a-b!@#$", "päss\u0085word", "pa\u202ess-wörd", "пароль",
		"密码密码",
		"ab\u0000cd", "ÅÄÖåäö",
	} {
		secrets := redactionFor(password)
		for name, echo := range map[string]string{
			"as it is": password, "not UTF-8": "\xff " + password, "Base64": inBase64(password),
			"padded":        base64.StdEncoding.EncodeToString([]byte(password)),
			"Base64, twice": inBase64(inBase64(password)), "hex": hex.EncodeToString([]byte(password)),
			"reversed": reversed(password),
			"login":    inBase64("\x00me@example.com\x00" + password), "web address": url.QueryEscape(password),
		} {
			shown := secrets.hide(printable("535 |" + echo + "|"))
			if echoed := printable(echo); strings.Contains(shown, "|"+echoed+"|") || !strings.Contains(shown, hiddenText) {
				t.Errorf("%q, %s: %q", password, name, shown)
			}
		}
	}
}

// TestWhatWasSentIsHidden holds for every line of every login, and for the proof in it.
func TestWhatWasSentIsHidden(t *testing.T) {
	proof := "p=" + inBase64("a proof of the password in 32 by") + "="
	for name, response := range map[string]string{
		"XOAUTH2": "user=me\x01auth=Bearer token\x01\x01", "CRAM-MD5": "me e6c24deec1aad29c4c523c103c027c56",
		"SCRAM-SHA-256": "c=biws,r=nonce," + proof,
	} {
		secrets := redactionOf(Target{})
		line := base64.StdEncoding.EncodeToString([]byte(response))
		secrets.sent(line)
		echoes := []string{line, strings.TrimRight(line, "="), strings.ToUpper(line), reversed(line), inBase64(line),
			hex.EncodeToString([]byte(line)), between(line, "-")}
		if name != "XOAUTH2" {
			last := response[strings.LastIndexAny(response, " ,")+1:]
			echoes = append(echoes, last, strings.ToUpper(last), inBase64(last), reversed(strings.TrimPrefix(last, "p=")))
		}
		for _, echo := range echoes {
			if shown := secrets.hide("you said " + echo); strings.Contains(shown, echo) {
				t.Errorf("%s: %q", name, shown)
			}
		}
	}
}

// TestInnocentWordsAreShown has what servers really say, which must stay as it is.
func TestInnocentWordsAreShown(t *testing.T) {
	token := shared.NewSecretText("eyJ0eXAiOiJKV1QiLCJub25jZSI6IlJ3" + strings.Repeat("q8Zt0vK3mPx7Lw2Yb9Ns", 80))
	targets := []Target{{Login: "me@example.com", AccessToken: token}}
	for _, password := range []string{"c4nary.Pa55word/9f3b", "k7Qz9wXy", "q7Zp", "x1", "mB3!vT8#zR"} {
		targets = append(targets, Target{Login: "me@example.com", Password: shared.NewSecretText(password)})
	}
	for _, target := range targets {
		secrets := redactionOf(target)
		secrets.sent(inBase64("\x00me@example.com\x00" + target.Password.Reveal()))
		for _, text := range []string{
			"Username and Password not accepted. For more information, go to  " +
				"https://support.google.com/mail/?p=BadCredentials d9443c01a7336-23c5ff1b2d4sm12345675ad.12 - gsmtp",
			"Authentication unsuccessful, the user credentials were incorrect. [AM0PR06CA0101.eurprd06.prod.outlook.com " +
				"2024-05-01T10:00:00.000Z 08DC69B1A2C3D4E5]",
			"Ok: queued as 4WxYz12AbCdEf", "Ok 0100018f3a2b4c5d-6e7f8091-a2b3-4c5d-8e9f-0a1b2c3d4e5f-000000",
			"me@example.com: Sender address rejected: not owned by user me@example.com",
			"Error: authentication failed: UGFzc3dvcmQ6",
			"practice.mail.example Hello [192.0.2.1]\nPIPELINING\nSIZE 35882577\nAUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN " +
				"OAUTHBEARER XOAUTH\nSMTPUTF8",
			"Requested mail action not taken: mailbox unavailable", "id 1rXyZ0-000Abc-1D",
		} {
			if shown := secrets.hide(text); shown != text {
				t.Errorf("%s", shown)
			}
		}
	}
}

// TestHidingIsBounded has a server send as much as it may of what can be decoded in many ways.
func TestHidingIsBounded(t *testing.T) {
	secrets := redactionFor("c4nary.Pa55word/9f3b")
	text := "x"
	for len(text) < maxReplyBytes/2 {
		text = inBase64(text + strings.Repeat(" %41=41&#65;\\x41-_", 20))
	}
	for _, all := range []string{text, strings.Repeat("63 ", maxReplyBytes/3), strings.Repeat("%", maxReplyBytes),
		strings.Repeat("01", maxReplyBytes/2)} {
		if shown := secrets.hide(all); len(shown) > len(all)+len(hiddenText) {
			t.Errorf("%d bytes became %d", len(all), len(shown))
		}
	}
}

// TestFoldedTextIsBounded folds every character: none becomes much longer than it was.
func TestFoldedTextIsBounded(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if folded := partsOf(r); len(folded.solid) > maxDecomposed+3 || len(folded.letters) > len(folded.solid) {
			t.Errorf("%U becomes %q and %q", r, folded.solid, folded.letters)
		}
	}
}

// TestProtocolHearsEverything: a password that is a word of the protocol must not keep the conversation from going on.
func TestProtocolHearsEverything(t *testing.T) {
	reply := Reply{Code: 250}
	reply.says([]string{"mail.example", "AUTH PLAIN LOGIN", "SIZE 1000"}, redactionFor("plain"))
	if shown := reply.Lines(); shown[1] != "AUTH (hidden) LOGIN" {
		t.Errorf("shown: %q", shown)
	}
	if heard := extensionsOf(reply)["AUTH"]; heard != "PLAIN LOGIN" {
		t.Errorf("heard: %q", heard)
	}
}

// TestNoWayToPrintAReplyUnredacted prints a reply, and what holds one, in every way that the standard library has.
func TestNoWayToPrintAReplyUnredacted(t *testing.T) {
	const password = "c4nary.Pa55word/9f3b"
	reply := Reply{Code: 535}
	reply.says([]string{"you said", password}, redactionFor(password))
	failure := &Error{Kind: KindRefusedByReply, Reply: &reply, Session: &Session{Greeting: reply}}
	wire := &wire{last: reply, failure: failure}
	for _, one := range []any{reply, &reply, failure, *failure, failure.Session, *failure.Session,
		struct{ r Reply }{reply}, []Reply{reply}, map[string]Reply{"": reply}, wire, *wire} {
		var printed strings.Builder
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d"} {
			fmt.Fprintf(&printed, verb+"\n", one)
		}
		slog.New(slog.NewTextHandler(&printed, nil)).Info("", "one", one)
		slog.New(slog.NewJSONHandler(&printed, nil)).Info("", "one", one)
		encoded, _ := json.Marshal(one)
		printed.Write(encoded)
		for _, form := range []string{password, hex.EncodeToString([]byte(password)),
			strings.ToUpper(hex.EncodeToString([]byte(password))), fmt.Sprintf("%d", []byte(password))} {
			if strings.Contains(printed.String(), form) {
				t.Errorf("%T is printed with the password as %s:\n%s", one, form, printed.String())
			}
		}
	}
	text := reply.String() + reply.Text() + failure.Error() + fmt.Sprint(reply)
	if strings.Contains(text, password) || !strings.Contains(text, hiddenText) {
		t.Errorf("%s", text)
	}
}

// TestPiecesInNamesAreHidden has a server spread the password over several names, each too short to be recognised.
func TestPiecesInNamesAreHidden(t *testing.T) {
	const password = "c4nary.Pa55word/9f3b"
	session := &Session{secrets: redactionFor(password)}
	offered := []string{"PLAIN"}
	for i := 0; i < len(password); i += 4 {
		offered = append(offered, strings.ToUpper(password[i:min(i+4, len(password))]))
	}
	offered = append(offered, "LOGIN")
	shown := shownOffer(session, offered)
	if len(shown) != len(offered) || shown[0] != "PLAIN" || shown[len(shown)-1] != "LOGIN" {
		t.Errorf("shown: %q", shown)
	}
	for i, one := range shown[1 : len(shown)-1] {
		if one != hiddenText {
			t.Errorf("%q is shown of %q", one, offered[i+1])
		}
	}
}

// TestShownTextIsBounded looks at what a server names in any number and length.
func TestShownTextIsBounded(t *testing.T) {
	session := &Session{secrets: redactionFor("c4nary.Pa55word/9f3b")}
	if shown := session.Printable(strings.Repeat("ä", 10_000)); utf8.RuneCountInString(shown) > maxShownText+1 {
		t.Errorf("%d characters are shown", utf8.RuneCountInString(shown))
	}
	offered := []string{"C4NARY.PA55WORD/9F3B", "GSSAPI"}
	for i := range 10_000 {
		offered = append(offered, fmt.Sprint("X", i))
	}
	if shown := shownOffer(session, offered); len(shown) != maxOffered || shown[0] != hiddenText || shown[1] != "GSSAPI" {
		t.Errorf("%d mechanisms are shown: %.200q", len(shown), shown)
	}
	if shown := (*Session)(nil).Printable("a\x00b"); shown != "a b" {
		t.Errorf("%q", shown)
	}
}

// FuzzRedaction hides a password that stands in any text, in every disguise; whatever the text is, it ends up fit to
// be shown.
func FuzzRedaction(f *testing.F) {
	names := slices.Sorted(func(yield func(string) bool) {
		for name := range disguises {
			if !yield(name) {
				return
			}
		}
	})
	f.Add("c4nary.Pa55word/9f3b", "you said ", ".", uint8(0))
	f.Add("päss wörd 77", "\xff", "\n", uint8(9))
	f.Add("", "%", "=\n&#x;\\u", uint8(30))
	f.Fuzz(func(t *testing.T, password, before, after string, which uint8) {
		if len(password)+len(before)+len(after) > 4096 {
			return
		}
		echo := disguises[names[int(which)%len(names)]](password)
		lines := strings.Split(printable(strings.ReplaceAll(before+" ", "\n", " "))+"\n"+echo+"\n"+printable(after), "\n")
		for i, line := range lines {
			lines[i] = printable(line)
		}
		secrets := redactionFor(password)
		shown := secrets.hideLines(lines)
		if len(shown) != len(lines) {
			t.Fatalf("%d lines became %d", len(lines), len(shown))
		}
		text := strings.Join(shown, "\n")
		if !utf8.ValidString(text) || strings.ContainsFunc(text,
			func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
			t.Errorf("not fit to be shown: %q", text)
		}
		if again := strings.Join(secrets.hideLines(lines), "\n"); again != text {
			t.Errorf("%q, and later %q", text, again)
		}
		if len(password) >= shortForm && !strings.Contains(hiddenText, strings.ToLower(password)) &&
			strings.Contains(strings.ReplaceAll(text, hiddenText, "\n"), password) {
			t.Errorf("%q is shown: %q", password, text)
		}
	})
}

func BenchmarkRedaction(b *testing.B) {
	secrets := redactionFor("c4nary.Pa55word/9f3b")
	for i := range b.N {
		secrets.hide(fmt.Sprintf("Ok: queued as 4WxYz12AbC%d", i))
	}
}

// TestSignsAmongSignsAreHidden has something put between the characters of passwords that are hardly made of letters.
func TestSignsAmongSignsAreHidden(t *testing.T) {
	for _, password := range []string{"!@#$%^&*()", "§$%&/()=?", "p@$$!#%&", "密码密码密码"} {
		secrets := redactionFor(password)
		for _, separator := range []string{" ", ".", "·", ", ", " · ", "\u200b", "\u2060", "\u0301", "abc"} {
			echo := between(password, separator)
			shown := secrets.hide("you said [" + echo + "] to us")
			left := 0
			for _, r := range password {
				left += min(1, strings.Count(strings.ReplaceAll(shown, hiddenText, ""), string(r)))
			}
			if left > 3 || !strings.Contains(shown, hiddenText) {
				t.Errorf("%q, %q between: %q", password, separator, shown)
			}
		}
	}
}
