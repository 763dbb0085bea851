"""What the committed files must meet: form, identifiers, shapes, competency questions."""
