package acceptance

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/smtp-settings/smtp-settings/shared"
	"github.com/smtp-settings/smtp-settings/testharness/mailserver"
)

// disguises are ways in which a server repeats a secret.
var disguises = map[string]func(string) string{
	"upper case":           strings.ToUpper,
	"reversed":             backwards,
	"hex":                  func(s string) string { return hex.EncodeToString([]byte(s)) },
	"HEX with colons":      func(s string) string { return strings.ToUpper(apart(hex.EncodeToString([]byte(s)), 2, ":")) },
	"Base64":               inBase64,
	"Base64 in upper case": func(s string) string { return strings.ToUpper(inBase64(s)) },
	"Base64 twice":         func(s string) string { return inBase64(inBase64(s)) },
	"Base64 backwards":     func(s string) string { return backwards(inBase64(s)) },
	"Base32":               func(s string) string { return base32.StdEncoding.EncodeToString([]byte(s)) },
	"web address":          url.QueryEscape,
	"web address twice":    func(s string) string { return url.QueryEscape(url.QueryEscape(s)) },
	"JSON":                 func(s string) string { return `\u00` + apart(hex.EncodeToString([]byte(s)), 2, `\u00`) },
	"quoted-printable":     func(s string) string { return "=" + apart(hex.EncodeToString([]byte(s)), 2, "=") },
	"blanks":               func(s string) string { return apart(s, 1, " ") },
	"hyphens":              func(s string) string { return apart(s, 1, "-") },
	"first half":           func(s string) string { return s[:len(s)/2] },
	"second half":          func(s string) string { return s[len(s)/2:] },
}

func inBase64(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }

func backwards(s string) string {
	reversed := []byte(s)
	slices.Reverse(reversed)
	return string(reversed)
}

// apart puts a separator between every few characters.
func apart(s string, few int, separator string) string {
	pieces := slices.Collect(slices.Chunk([]byte(s), few))
	joined := make([]string, len(pieces))
	for i, one := range pieces {
		joined[i] = string(one)
	}
	return strings.Join(joined, separator)
}

// lettersOnly is a text without all that a close reader ignores.
func lettersOnly(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// disguisedLeaks names the disguises of the secrets that are found in the text.
func disguisedLeaks(text string, secrets ...string) []string {
	read := lettersOnly(text)
	var found []string
	for _, secret := range secrets {
		for name, disguise := range disguises {
			if at := strings.Index(read, lettersOnly(disguise(secret))); at >= 0 {
				found = append(found, fmt.Sprintf("%s: …%s…", name, read[max(0, at-40):min(len(read), at+60)]))
			}
		}
	}
	return append(found, leaks(text, secrets...)...)
}

// repeating is a reply of the code that says the secret in every disguise, on lines of their own and over lines.
func repeating(code, opening, secret string) string {
	lines := []string{opening}
	for _, name := range slices.Sorted(maps.Keys(disguises)) {
		lines = append(lines, "you said "+disguises[name](secret)+".")
	}
	lines = append(lines, secret[:3], secret[3:9], secret[9:], inBase64(secret)[:7], inBase64(secret)[7:],
		"is what you said")
	return code + "-" + strings.Join(lines[:len(lines)-1], "\r\n"+code+"-") + "\r\n" + code + " " + lines[len(lines)-1]
}

// TestDisguisedEchoCanBeFound makes sure that the search would find something.
func TestDisguisedEchoCanBeFound(t *testing.T) {
	t.Parallel()
	for name, disguise := range disguises {
		if len(disguisedLeaks("you said "+disguise(canaryPassword)+".", canaryPassword)) == 0 {
			t.Errorf("%s is not found", name)
		}
	}
}

// echoingServers repeat the password of the mechanism at every point of the conversation at which a server may speak;
// one that never sees it knows it from elsewhere.
func echoingServers(mechanism, secret string) map[string]mailserver.Fault {
	const first = "334:r={nonce}x,s=c2FsdA==,i=4096"
	refusal := repeating("535", "5.7.8 Wrong", secret)
	server := func(replies map[string]string) mailserver.Fault {
		return mailserver.Fault{Name: "echo-" + mechanism}.Offering("AUTH " + mechanism).Answering(replies)
	}
	servers := map[string]mailserver.Fault{
		"refusal":       server(map[string]string{"AUTH": refusal}),
		"later refusal": server(map[string]string{"AUTH": "334 VXNlcm5hbWU6", "AUTH 2": refusal, "AUTH 3": refusal}),
		"challenge": server(map[string]string{"AUTH": "334:i=" + secret, "AUTH 2": "334:" + backwards(secret),
			"AUTH 3": "334:e=" + secret, "AUTH 4": refusal}),
		"broken challenge": server(map[string]string{"AUTH": "334 !" + backwards(secret), "AUTH 2": refusal}),
		"no reply":         server(map[string]string{"AUTH": strings.ToUpper(secret) + " is no reply"}),
		"broken reply":     server(map[string]string{"AUTH": "535-" + backwards(secret) + "\r\n550 " + inBase64(secret)}),
		"number":           server(map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=" + secret}),
		"salt":             server(map[string]string{"AUTH": "334:r={nonce}x,s=" + secret + ",i=4096"}),
		"final message": server(map[string]string{"AUTH": first, "AUTH 2": "334:v=" + inBase64(secret),
			"AUTH 3": refusal}),
		"final error": server(map[string]string{"AUTH": first, "AUTH 2": "334:e=" + backwards(secret),
			"AUTH 3": refusal}),
		"odd success": server(map[string]string{"AUTH": repeating("250", "Fine", secret)}),
		"greeting": server(map[string]string{"greeting": repeating("220", "practice.mail.example", secret),
			"AUTH": "535 5.7.8 Wrong"}),
		"envelope": server(map[string]string{"AUTH": "235 2.7.0 " + secret, "MAIL": repeating("250", "Ok", secret),
			"RCPT": repeating("550", "5.1.1 No", secret)}),
	}
	servers["offer"] = mailserver.Fault{Name: "echo-" + mechanism}.Offering("SIZE "+backwards(secret),
		"AUTH "+strings.ToUpper(secret)+" "+inBase64(secret))
	servers["certificate"] = servers["refusal"].Presenting(mailserver.Request{
		Names: []string{secret, backwards(secret), hex.EncodeToString([]byte(secret))},
	})
	var pieces []string
	for piece := range slices.Chunk([]byte(secret), 4) {
		pieces = append(pieces, string(piece))
	}
	servers["offer in pieces"] = mailserver.Fault{Name: "echo-" + mechanism}.Offering("AUTH " +
		strings.ToUpper(strings.Join(pieces, " ")))
	servers["certificate in pieces"] = servers["refusal"].Presenting(mailserver.Request{Names: pieces})
	return servers
}

// TestCanaryInEveryDisguise has servers repeat the password in every disguise, at every point of the conversation,
// whatever the mechanism.
func TestCanaryInEveryDisguise(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	c := startCanaryHost(t)
	t.Run("servers", func(t *testing.T) {
		for _, mechanism := range []string{"PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "XOAUTH2",
			"OAUTHBEARER"} {
			secret := canaryPassword
			if strings.Contains(mechanism, "OAUTH") {
				secret = canaryToken
			}
			for name, server := range echoingServers(mechanism, secret) {
				server.Name += " " + name // Each tests as an actor of its own.
				t.Run(mechanism+"/"+name, func(t *testing.T) {
					t.Parallel()
					c.testFault(t, server, authority)
				})
			}
		}
	})
	c.check(t)
	for place, text := range map[string]string{"the log": c.log.String(), "the plugin's messages": c.replies.String()} {
		for _, leak := range disguisedLeaks(text, canaryPassword, canaryToken) {
			t.Errorf("a secret is in %s: %s", place, leak)
		}
	}
}

// TestCanaryInDeadLetters has servers repeat the password in every disguise when a notification is delivered.
func TestCanaryInDeadLetters(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		replies map[string]string
		state   shared.NotificationState
	}{
		"recipient": {map[string]string{"RCPT": repeating("550", "5.1.1 No such user", canaryPassword)},
			shared.NotificationDead},
		"message": {map[string]string{".": repeating("554", "5.6.0 Not this one", canaryPassword)},
			shared.NotificationDead},
		"temporarily": {map[string]string{"RCPT": repeating("450", "4.2.0 Greylisted", canaryPassword)},
			shared.NotificationRetrying},
		"delivered": {map[string]string{".": repeating("250", "2.0.0 Queued", canaryPassword)},
			shared.NotificationDelivered},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := mailserver.Fault{Name: "echo"}.Answering(c.replies).Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			h := startCanaryHost(t, `retry_after = "1s"`)
			configure(t, h.host, server.Port(), canaryPassword)
			receipt := notify(t, h.host, shared.Notification{Key: name, To: "you@practice.example", Subject: "x", Text: "x"})
			entry := awaitEntry(t, h.host, receipt.ID, c.state)
			shown, err := json.Marshal(entry)
			if err != nil {
				t.Fatal(err)
			}
			if c.state != shared.NotificationDelivered && !strings.Contains(string(shown), "(hidden)") {
				t.Errorf("the server's words are not part of the entry, so nothing was shown: %s", shown)
			}
			h.check(t)
			for place, text := range map[string]string{"the entry": string(shown), "the log": h.log.String(),
				"the plugin's messages": h.replies.String()} {
				for _, leak := range disguisedLeaks(text, canaryPassword) {
					t.Errorf("the password is in %s: %s", place, leak)
				}
			}
		})
	}
}

// TestHostileLogin has servers demand what no login needs. The command line ends with a verdict and an error that says
// nothing of what the server said.
func TestHostileLogin(t *testing.T) {
	t.Parallel()
	authority, err := mailserver.NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	endless := map[string]string{"AUTH": "334 Zm9v"}
	for i := 2; i < 40; i++ {
		endless["AUTH "+string(rune('0'+i))] = "334 Zm9v"
	}
	for name, c := range map[string]struct {
		mechanism, code string
		replies         map[string]string
	}{
		"a signed count": {"SCRAM-SHA-256", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=+2000000000"}},
		"a second count": {"SCRAM-SHA-256", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=4096,i=2000000000"}},
		"too great a count": {"SCRAM-SHA-1", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=2000000000"}},
		"too small a count": {"SCRAM-SHA-1", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=1000"}},
		"the greatest count": {"SCRAM-SHA-256", "server_untrusted",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=1000000", "AUTH 2": "235 Fine"}},
		"a long nonce": {"SCRAM-SHA-256", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}" + strings.Repeat("x", 1200) + ",s=c2FsdA==,i=4096"}},
		"endless challenges": {"XOAUTH2", "login_exchange_broken", endless},
		"endless SCRAM":      {"SCRAM-SHA-256", "login_exchange_broken", endless},
		"the password as a count": {"SCRAM-SHA-256", "login_exchange_broken",
			map[string]string{"AUTH": "334:r={nonce}x,s=c2FsdA==,i=" + canaryPassword}},
		"a great challenge": {"CRAM-MD5", "wrong_credentials",
			map[string]string{"AUTH": strings.Repeat("334-"+strings.Repeat("QUFB", 400)+"\r\n", 20) + "334 QUFB",
				"AUTH 2": "535 5.7.8 Wrong"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server, err := mailserver.Fault{Name: "hostile"}.Offering("AUTH "+
				c.mechanism).Answering(c.replies).Start(authority, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			args := []string{"test", "--json", "--manifest", manifest(t, "smtp", "smtp-plugin"), "--set", "server=127.0.0.1",
				"--set", fmt.Sprintf("port=%d", server.Port()),
				"--set", "login=me@practice.example", "--set", "time_limit=10s"}
			if c.mechanism == "XOAUTH2" {
				args = append(args, "--set", "authentication=oauth2", "--secret", "access_token=env:SECRET")
			} else {
				args = append(args, "--secret", "password=env:SECRET")
			}
			r := harness(t, canaryPassword, args...)
			report := verdict(t, r)
			if len(report.Diagnostics) == 0 || report.Diagnostics[0].Code != c.code {
				t.Errorf("%s: %+v", report.Outcome, report.Diagnostics)
			}
			for _, leak := range disguisedLeaks(r.stdout+r.stderr, canaryPassword) {
				t.Errorf("the password is shown: %s", leak)
			}
		})
	}
}
