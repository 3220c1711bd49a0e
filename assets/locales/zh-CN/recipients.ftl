# The list of recipients and a recipient's card.
