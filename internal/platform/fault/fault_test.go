// SPDX-License-Identifier: EUPL-1.2

package fault_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"martinella/internal/platform/fault"
)

func TestKindSurvivesWrapping(t *testing.T) {
	err := fmt.Errorf("saving: %w", fault.New(fault.Conflict, "organisation.duplicate").Because(io.ErrUnexpectedEOF))
	if got := fault.KindOf(err); got != fault.Conflict {
		t.Errorf("kind = %v, want Conflict", got)
	}
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("the cause is lost")
	}
	if !errors.Is(err, fault.New(fault.Conflict, "organisation.duplicate")) {
		t.Error("a fault must be recognised by its code")
	}
}

func TestUnknownErrorsAreInternal(t *testing.T) {
	if got := fault.Of(io.EOF); got.Kind != fault.Internal || got.Code != "internal" {
		t.Errorf("Of(io.EOF) = %+v", got)
	}
}

func TestOrNilIsNilWithoutFields(t *testing.T) {
	if err := fault.New(fault.Invalid, "form").OrNil(); err != nil {
		t.Errorf("no field is wrong, yet %v", err)
	}
	if err := fault.New(fault.Invalid, "form").Field("pec", "required").OrNil(); err == nil {
		t.Error("a wrong field must be an error")
	}
}
