package notify

import (
	"context"
	"encoding/json"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// texts are what is sealed of a message.
type texts struct {
	Text string `json:"text"`
	HTML string `json:"html,omitempty"`
}

// messageDestination binds sealed texts to their recipient and key.
func messageDestination(key, to string) secret.Destination {
	return secret.Destination{Purpose: "notification", Field: key, Parts: map[string]string{secret.Login: to}}
}

func seal(batch *secret.Batch, key, to string, content texts) ([]byte, error) {
	encoded, err := json.Marshal(content)
	if err != nil {
		return nil, err
	}
	return batch.Seal(shared.NewSecretText(string(encoded)), messageDestination(key, to))
}

func (s *Service) unseal(ctx context.Context, m outgoing) (texts, error) {
	opened, err := s.configuration.Keeper.Open(ctx, m.Sealed, messageDestination(m.Key, m.To))
	if err != nil {
		return texts{}, err
	}
	var content texts
	return content, json.Unmarshal([]byte(opened.Reveal()), &content)
}
