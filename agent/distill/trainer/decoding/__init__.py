"""How one model, or several with one tokenizer, write an answer token by token."""
