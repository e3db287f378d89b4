package oauth

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"golang.org/x/oauth2"

	"github.com/smtp-settings/smtp-settings/shared"
)

// accountOf is the e-mail address of who signed in, as the ID token has it (OpenID Connect Core 1.0 section 5.1), or
// the access token where that can be read. Both come from the endpoint itself, so their signatures prove nothing more
// (section 3.1.3.7). It is shown and compared, and nothing else.
func accountOf(token *oauth2.Token) string {
	identity, _ := token.Extra("id_token").(string)
	for _, one := range []string{identity, token.AccessToken} {
		for _, name := range namesIn(one) {
			if shared.IsEmailAddress(name) {
				return name
			}
		}
	}
	return ""
}

// namesIn are the names in a token that can be read, the most telling first.
func namesIn(token string) []string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return nil
	}
	content, err := base64.RawURLEncoding.DecodeString(parts[1])
	var read struct {
		Email     string `json:"email"`
		Preferred string `json:"preferred_username"`
		Principal string `json:"upn"`
		Unique    string `json:"unique_name"`
	}
	if err != nil || json.Unmarshal(content, &read) != nil {
		return nil
	}
	return []string{read.Email, read.Preferred, read.Principal, read.Unique}
}
