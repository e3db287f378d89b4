package shared

import "context"

// CapabilitySuggestions names what a [Suggester] offers; see [Info.Capabilities].
const CapabilitySuggestions = "suggestions"

// Suggester proposes values for a form that is not complete yet, such as the server that a domain publishes. A page
// offers it by implementing it and by naming its button in [Schema].
type Suggester interface {
	// Suggest looks for values that probably fit, the most likely first: each finding says where it comes from and
	// carries the values as a fix; one without a fix says why there is none. It changes nothing: the one who asked
	// decides. It may take a few seconds and ends with ctx.
	Suggest(ctx context.Context, request SuggestRequest) (Diagnostics, error)
}

// SuggestRequest asks for values.
type SuggestRequest struct {
	Locale string
	// Values is the form as it stands; fields that are not named keep the value in force. Secrets are not among them:
	// none is needed to find a value, so none is sent.
	Values Values
}
