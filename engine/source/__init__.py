"""What an administrator wrote, read with its positions.

Lives here: YAML text to plain values (`reader`), the shape of a document against its schema
(`shape`), and `Problem`, the one form in which anything wrong with a file is told (`problem`).
May touch: nothing but the text it is given and the schemas that are part of the program.
"""
