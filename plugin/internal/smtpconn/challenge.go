package smtpconn

import (
	"encoding/base64"
	"slices"
	"strings"
)

// challengeLines is the challenge of a 334 in lines that are not too long for go-smtp. The ends of lines are no part of
// base64.
func challengeLines(reply Reply) []string {
	var lines []string
	for line := range slices.Chunk([]byte(challengeOf(reply)), maxPrompt) {
		lines = append(lines, string(line))
	}
	if len(lines) == 0 {
		return []string{""}
	}
	return lines
}

// challengeOf is the challenge of a 334 as go-smtp wants it. Some servers do not encode what they ask for in the LOGIN
// mechanism, or put words behind it; such a challenge is encoded here, and the mechanism finds out what it is.
func challengeOf(reply Reply) string {
	text := strings.TrimSpace(strings.Join(reply.heard(), ""))
	if decoded, ok := decodedChallenge(text); ok {
		return base64.StdEncoding.EncodeToString(decoded)
	}
	word, _, _ := strings.Cut(text, " ")
	if decoded, ok := decodedChallenge(word); ok && isPlain(string(decoded)) {
		return base64.StdEncoding.EncodeToString(decoded)
	}
	return base64.StdEncoding.EncodeToString([]byte(shortenedTo(text, maxPrompt)))
}

// decodedChallenge reads base64 with its padding or without.
func decodedChallenge(text string) (decoded []byte, ok bool) {
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	return decoded, err == nil
}

// maxPrompt bounds a challenge that is no base64, in bytes. Encoded, it still fits a line.
const maxPrompt = 1000
