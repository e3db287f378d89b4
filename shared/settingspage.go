package shared

import (
	"context"
	"slices"
)

// SettingsPage is what a plugin implements and a Console calls: six methods behind which everything that the page is
// about stays hidden.
//
// All methods may be called concurrently. Each returns soon after its context is cancelled. An error means that the
// call itself is broken; what is wrong with the settings is told in Diagnostics of a successful reply.
type SettingsPage interface {
	// Info describes the plugin. It is the first call and must not depend on any setting.
	Info(ctx context.Context) (Info, error)

	// Schema declares the form in the language of the request.
	Schema(ctx context.Context, request SchemaRequest) (Schema, error)

	// Load returns the values in force, without secrets.
	Load(ctx context.Context, request LoadRequest) (Snapshot, error)

	// Validate checks a draft without contacting anything and without changing anything.
	Validate(ctx context.Context, request ValidateRequest) (Validation, error)

	// Save validates the draft and makes it the next revision, whole or not at all.
	Save(ctx context.Context, request SaveRequest) (SaveResult, error)

	// Test tries the draft out and reports each step to send as it happens, the verdict exactly once and last. send is
	// not called concurrently and not after Test has returned. Test changes nothing but the last verification.
	// Cancelling ctx cancels the test; Test then still sends Completed if it can.
	Test(ctx context.Context, request TestRequest, send func(TestEvent) error) error
}

// Info describes a plugin.
type Info struct {
	// Name is the plugin's stable identifier, such as "smtp": 1 to 64 lower case letters, digits and hyphens.
	Name string `json:"name"`
	// Title names it for people.
	Title string `json:"title"`
	// Version is the plugin's own semantic version, shown to administrators and never used for compatibility.
	Version string `json:"version"`
	// Capabilities names what the page offers beside the six methods, such as CapabilityHistory. Serve fills it in from
	// the interfaces that the page implements.
	Capabilities []string `json:"capabilities,omitempty"`
}

// Offers reports whether the page has the capability.
func (i Info) Offers(capability string) bool { return slices.Contains(i.Capabilities, capability) }

// SchemaRequest asks for the form.
type SchemaRequest struct {
	// Locale is a BCP 47 tag; empty or unknown means English.
	Locale string
	// Host is what the host knows. Package transport fills it in.
	Host HostKnowledge
}

// HostKnowledge is what a host knows of the contract. A page that has a newer field than its host can leave it out, or
// declare another one.
type HostKnowledge struct {
	// Kinds are those that it can show; none when it does not say.
	Kinds []Kind
	// Features are other abilities, such as FeatureActions.
	Features []string
}

// Features of a host.
const (
	// FeatureActions is that it offers the actions of a page.
	FeatureActions = "actions"
	// FeatureComputed is that it shows what is computed.
	FeatureComputed = "computed"
	// FeatureConfirm is that it asks for a confirmation that a save wants.
	FeatureConfirm = "confirm"
)

// Shows reports whether the host has the kind. One that does not say is taken to have all.
func (h HostKnowledge) Shows(kind Kind) bool {
	return len(h.Kinds) == 0 || slices.Contains(h.Kinds, kind)
}

// Has reports whether the host has the feature.
func (h HostKnowledge) Has(feature string) bool { return slices.Contains(h.Features, feature) }

// LoadRequest asks for the values in force.
type LoadRequest struct{ Locale string }

// ValidateRequest asks what is wrong with a draft.
type ValidateRequest struct {
	Locale string
	Draft  Draft
	// CompareSecrets asks for SameSecrets. A host sets it only for those who could read the stored secrets anyway, such as
	// the command line of the operator, never for a browser: who may ask may guess.
	CompareSecrets bool
}

// Validation is what Validate found.
type Validation struct {
	Diagnostics Diagnostics `json:"diagnostics"`
	// Preview is one sentence that says what Test would do with this draft; may be empty.
	Preview string `json:"preview,omitempty"`
	// Computed is what ReadOnly fields show for this draft; those that are not named show what Load returned.
	Computed Values `json:"computed,omitempty"`
	// SameSecrets names the Sensitive fields for which the draft gives the secret that is stored already, for the same
	// use, so that it need not be saved again. None when CompareSecrets is false, or when the page does not compare.
	SameSecrets []string `json:"same_secrets,omitempty"`
}

// SaveRequest asks to make a draft the settings in force.
type SaveRequest struct {
	Locale string
	// Actor is who saves, as the Console names them.
	Actor string
	Draft Draft
	// Revision is the number of the revision that the draft was made from; 0 when there was none. When another revision
	// has been saved since, nothing is saved and the result is a conflict.
	Revision int64
	// Confirmed is the Confirm of an earlier result that the actor has read and agreed to; empty when there was none. A
	// page that asks for something else now asks again.
	Confirmed string
}

// SaveResult tells what a save did.
type SaveResult struct {
	// Saved is true when the draft is now in force. When it is false, Diagnostics says why.
	Saved bool `json:"saved"`
	// Conflict is true when another revision was saved since the draft was made.
	Conflict bool `json:"conflict,omitempty"`
	// Confirm is a sentence to agree to before the draft can be saved, such as "This signs everybody out."; nothing has
	// been saved then. Empty when nothing is to be confirmed.
	Confirm     string      `json:"confirm,omitempty"`
	Diagnostics Diagnostics `json:"diagnostics"`
	// Snapshot is what is in force after the call, whether it saved or not.
	Snapshot Snapshot `json:"snapshot"`
}

// TestRequest asks to try a draft out.
type TestRequest struct {
	Locale string
	Actor  string
	Draft  Draft
	// Options are the values of the schema's Test.Options; fields that are not named have their defaults.
	Options Values
}
