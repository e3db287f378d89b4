package notify

import (
	"context"
	"crypto/sha256"
	"encoding/json"

	"github.com/smtp-settings/smtp-settings/plugin/internal/secret"
	"github.com/smtp-settings/smtp-settings/shared"
)

// texts are what is sealed of a message. Of the attachments it is all but their content, which is sealed by itself.
type texts struct {
	Text        string     `json:"text"`
	HTML        string     `json:"html,omitempty"`
	ReplyTo     string     `json:"reply_to,omitempty"`
	Attachments []enclosed `json:"attachments,omitempty"`
}

// enclosed is an attachment without its content.
type enclosed struct {
	Name      string `json:"name"`
	Type      string `json:"type,omitempty"`
	ContentID string `json:"content_id,omitempty"`
	Sum       []byte `json:"sum"` // SHA-256 of the content
}

// textsOf is what is sealed of a notification.
func textsOf(n shared.Notification) texts {
	content := texts{Text: n.Text, HTML: n.HTML, ReplyTo: n.ReplyTo}
	for _, one := range n.Attachments {
		sum := sha256.Sum256(one.Content)
		content.Attachments = append(content.Attachments,
			enclosed{Name: one.Name, Type: one.Type, ContentID: one.ContentID, Sum: sum[:]})
	}
	return content
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
