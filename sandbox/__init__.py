"""Stand-ins for the services that the bot talks to, each written from its public documents alone.

Nothing here may know the bot, its adapters or its conversations: a client and a stand-in that share code would share
their misreadings.
"""
