/* The clients' words. */
#include "client.h"

#include <stddef.h>

const char *const protocol_names[PROTOCOLS] = {"imap", "pop3", "smtp"};

const dialogue dialogues[PROTOCOLS] = {
    [IMAP] = {
        .login = {{NULL, NULL, "* OK"}, {"a1 LOGIN bench@example.com secret\r\n", "* CAPABILITY", "a1 OK"}},
        .noop = {"a2 NOOP\r\n", NULL, "a2 OK"},
        .leave = {"a3 LOGOUT\r\n", "* BYE", "a3 OK"},
    },
    [POP3] = {
        .login = {{NULL, NULL, "+OK"}, {"USER bench@example.com\r\n", NULL, "+OK"}, {"PASS secret\r\n", NULL, "+OK"}},
        .noop = {"NOOP\r\n", NULL, "+OK"},
        .leave = {"QUIT\r\n", NULL, "+OK"},
    },
    [SMTP] = {
        .login = {{NULL, "220-", "220 "},
                  {"EHLO client.example.com\r\n", "250-", "250 "},
                  {"AUTH PLAIN AGJlbmNoQGV4YW1wbGUuY29tAHNlY3JldA==\r\n", NULL, "235 "}},
        .noop = {"NOOP\r\n", NULL, "250 "},
        .leave = {"QUIT\r\n", NULL, "221 "},
        .message = {{"MAIL FROM:<bench@example.com>\r\n", NULL, "250 "},
                    {"RCPT TO:<alice@example.com>\r\n", NULL, "250 "},
                    {"DATA\r\n", NULL, "354 "}},
    },
};
