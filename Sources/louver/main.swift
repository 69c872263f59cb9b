print("louver")
